"""Where an OpenBao server is, or one with the same API (Vault's), and how it is reached.

It knows no engine and reads no answer.
"""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from guard_adapters._http.api import Api
from guard_adapters._http.origins import origin
from guard_adapters.issuer.made import Maker


class VaultServer(BaseModel):
    """The settings of whatever speaks with such a server."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    address: str = Field(description="URL of the server; https, or loopback.")
    token_file: str = Field(description="File (0600) with the guard's own token.")
    ca_file: str = Field("", description="Certificates that the server's own must chain to.")

    @field_validator("address")
    @classmethod
    def _safe(cls, address: str) -> str:
        return origin(address)


def api_of(server: VaultServer, maker: Maker, path: str = "") -> Api:
    """Return a client of the server's API; what it asks for starts at this path."""
    ca = str(maker.path(server.ca_file)) if server.ca_file else ""
    return Api(f"{server.address}/v1{path}", timeout_s=maker.timeout_s, ca_file=ca)
