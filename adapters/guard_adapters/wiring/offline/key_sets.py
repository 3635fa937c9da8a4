"""Where the public keys of others come from: at a site from its bundle, else from their address.

What the control plane signed is never fetched beside it: whoever can answer at that address at the
site must not add a key. It judges no key.
"""

import json
from collections.abc import Mapping
from typing import Any

from guard_adapters._http.documents import fetching
from guard_adapters.front.mcp.auth.jwks import FetchedKeys
from guard_adapters.wiring.offline.site import Site


def key_set(url: str, site: Site | None) -> FetchedKeys:
    """Return the key set of an address.

    Args:
        url: as guard.yaml names it; https, or loopback.
        site: whose bundle may hold it, the one in force each time; None: this guard is no site.
    """
    away = fetching(url)

    async def fetch() -> Mapping[str, Any]:
        bundle = None if site is None else site.bundle
        held = None if bundle is None else bundle.keys.get(url)
        if held is None:
            return await away()
        found: Mapping[str, Any] = json.loads(held)
        return found

    return FetchedKeys(fetch)
