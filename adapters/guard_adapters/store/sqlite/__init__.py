"""The embedded store: one file, one connection, one thread, one process."""
