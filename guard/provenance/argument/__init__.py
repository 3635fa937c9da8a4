"""Whether the arguments of a call are what the person set, and nothing was added or left out."""
