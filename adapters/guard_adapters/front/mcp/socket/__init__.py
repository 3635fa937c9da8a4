"""Thin relays and the running guard: what they say to each other, and the socket between them."""
