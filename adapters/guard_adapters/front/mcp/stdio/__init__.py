"""Servers behind pipes: the child process, the relay before it, and the desk that judges it."""
