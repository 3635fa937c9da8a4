"""Builds a guard from files and flags: the only place that knows every adapter."""
