"""Measures what servers verify of tokens, with rows of tokens that should and should not work."""
