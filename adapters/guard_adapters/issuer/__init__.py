"""Secrets for one call: one file, one technology."""
