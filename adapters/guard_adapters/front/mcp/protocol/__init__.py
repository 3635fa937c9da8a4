"""What crosses the wire: messages, their JSON, their framing as lines and events, their headers."""
