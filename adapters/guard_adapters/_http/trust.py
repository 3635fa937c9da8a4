"""Whose certificates clients of `httpx` believe: read once, for that takes tens of CPU-ms.

Connects to nobody. A client with certificates of its own is not concerned.
"""

import ssl
from functools import cache

import httpx


@cache
def everybodys() -> ssl.SSLContext:
    """Return what believes the certificates of `certifi`, whatever the environment says."""
    return httpx.create_ssl_context(trust_env=False)
