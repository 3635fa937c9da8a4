"""How a child process that knows nothing of the guard pulls the credential of the call in it."""
