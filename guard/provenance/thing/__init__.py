"""Whether a call is about the thing that the request means, and not about another one."""
