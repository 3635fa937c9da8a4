"""The client's side of an HTTP exchange: its stream, what it takes back, what it was asked."""
