"""Where browsers reach the console, and the domain that passkeys are tied to.

It refuses what no browser would make a passkey for: plain HTTP beyond this machine, addresses, and
names without a dot.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from guard.errors import Unusable
from guard_adapters._http.origins import LOOPBACK

NEXT_STEP = "Set guard.serve.public_url to https://NAME, with a name that browsers resolve."


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """An origin of browsers (RFC 6454) and the RP id of its passkeys (WebAuthn, 4)."""

    url: str  # scheme://host[:port], no path
    rp_id: str

    @property
    def host(self) -> str:
        """Return host and port, as the Host header has them."""
        return self.url.partition("://")[2]

    @property
    def secure(self) -> bool:
        """Return whether it is https: the loopback form is not."""
        return self.url.startswith("https://")

    @property
    def aliases(self) -> frozenset[str]:
        """Return other names of this machine under which a person may type the address."""
        if self.rp_id != "localhost":
            return frozenset()
        port = self.host.partition(":")[2]
        return frozenset(f"{name}:{port}" for name in ("127.0.0.1", "[::1]"))


def origin_of(url: str) -> Origin:
    """Return the origin for the guard's own URL: any name of loopback becomes localhost.

    Raises:
        Unusable: `console_origin`: no browser makes passkeys for it.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if host in LOOPBACK and parts.scheme in {"http", "https"}:
        port = f":{parts.port}" if parts.port else ""
        return Origin(url=f"{parts.scheme}://localhost{port}", rp_id="localhost")
    if parts.scheme != "https":
        raise _unusable(url, "https is needed beyond this machine")
    if _address(host) or "." not in host.strip(".") or host.endswith(".local"):
        raise _unusable(url, "a full domain name is needed")
    default = parts.port in {None, 443}
    return Origin(url=f"https://{host}" + ("" if default else f":{parts.port}"), rp_id=host)


def _address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _unusable(url: str, why: str) -> Unusable:
    return Unusable(
        f"No browser makes passkeys for {url!r}: {why}.",
        code="console_origin",
        next_step=NEXT_STEP,
    )
