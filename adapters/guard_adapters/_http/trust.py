"""Whose certificates clients believe: read once, for that takes tens of CPU-ms.

Connects to nobody. A client with certificates of its own is not concerned.
"""

import ssl
from functools import cache
from types import ModuleType
from typing import Any, cast


@cache
def believed(library: ModuleType) -> ssl.SSLContext:
    """Return what clients of httpx or httpx2 believe, whatever the environment says."""
    return cast("ssl.SSLContext", cast("Any", library).create_ssl_context(trust_env=False))


def everybodys() -> ssl.SSLContext:
    """Return what believes the certificates of `certifi`, as httpx has them."""
    import httpx  # noqa: PLC0415  whoever speaks httpx2 alone does not need it

    return believed(httpx)
