"""Shared Signals, both ways: what others say comes in, what the guard found goes out (SSF 1.0)."""
