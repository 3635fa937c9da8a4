"""Gateways that ask before they send a tool call: they decide nothing and run everything."""
