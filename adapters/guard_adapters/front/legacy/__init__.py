"""A reverse proxy for plain HTTP APIs whose callers pass no context: requests become tool calls."""
