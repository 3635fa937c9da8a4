"""Streams of security events: those that the guard listens to, and those that it sends."""
