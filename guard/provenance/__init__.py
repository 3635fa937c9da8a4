"""Where each argument value of a call came from: the person's words, a result, or the agent."""
