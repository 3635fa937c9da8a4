"""Three MCP servers that know nothing of each other: files, a ledger that moves money, mail."""
