"""One message to an upstream over HTTP: what it carries, what comes back, and how it ended."""
