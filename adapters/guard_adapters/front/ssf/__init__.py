"""Shared Signals received: pushed (RFC 8935) or fetched (RFC 8936); the guard says what follows."""
