"""The operator's HTTP API under `/guard/v1/`, a subject a module."""
