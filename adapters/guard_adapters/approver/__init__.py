"""Tells people that a question is open; never decides."""
