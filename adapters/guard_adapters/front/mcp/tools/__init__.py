"""Which definitions a server publishes, and who is told that they changed."""
