"""Which headers carry the credential of a call on one request, if it may go there at all.

Rule 1: scheme, host and port of the address must be those that the credential is for, letter for
letter. Rule 2: what could send the request elsewhere than its address says (a user before the host,
another Host header) is refused. It sends nothing and knows none of the HTTP libraries.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import urlsplit

from guard.errors import Refused
from guard.grant.credential import Credential
from guard_adapters._http.origins import origin, spelled

Current = Callable[[], Credential]
"""Returns the credential of the call that runs; raises `no_active_call` outside one."""

Answered = Callable[[int], None]
"""Is told the status of each answer to a request that carried a credential."""

Headers = tuple[tuple[str, str], ...]
_WANTS_NONCE: Final = "use_dpop_nonce"
_NONCE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,512}")  # RFC 9449, 8.1


def unheard(status: int) -> None:
    """Tell nobody."""


class Url(Protocol):
    """An address as an HTTP library has taken it apart."""

    @property
    def scheme(self) -> str:
        """Return `http` or `https`, in small letters."""
        ...

    @property
    def host(self) -> str:
        """Return the host, an IPv6 address without brackets."""
        ...

    @property
    def port(self) -> int | None:
        """Return the port, None for that of the scheme."""
        ...

    @property
    def userinfo(self) -> bytes:
        """Return what stands before an @."""
        ...

    @property
    def netloc(self) -> bytes:
        """Return host and port as the Host header has them."""
        ...


class Request(Protocol):
    """A request as an HTTP library has it."""

    @property
    def method(self) -> str:
        """Return its method, in capitals."""
        ...

    @property
    def url(self) -> Url:
        """Return where it goes."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Return its headers, found by their names in any case."""
        ...


@dataclass(frozen=True, slots=True)
class Address:
    """A URL of the configuration as a `Url`; it has been checked where it was read."""

    text: str

    def __str__(self) -> str:
        """Return it as it was written."""
        return self.text

    @property
    def scheme(self) -> str:
        """Return `http` or `https`."""
        return urlsplit(self.text).scheme

    @property
    def host(self) -> str:
        """Return the host, an IPv6 address without brackets."""
        return urlsplit(self.text).hostname or ""

    @property
    def port(self) -> int | None:
        """Return the port, None for that of the scheme."""
        return urlsplit(self.text).port

    @property
    def userinfo(self) -> bytes:
        """Return what stands before an @."""
        return urlsplit(self.text).netloc.rpartition("@")[0].encode()

    @property
    def netloc(self) -> bytes:
        """Return host and port as the Host header has them."""
        return urlsplit(self.text).netloc.rpartition("@")[2].encode()


class Nonces:
    """What servers want to see in the next proof, by origin (RFC 9449, 8 and 9)."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, url: Url) -> str:
        """Return the nonce of a server, empty where it has asked for none."""
        return self._known.get(_origin(url), "")

    def sending(self, request: Request, body: bytes = b"") -> "Sending":
        """Return a request as it is about to be sent, with the nonce that its server wants."""
        return Sending(
            method=request.method,
            url=request.url,
            host=request.headers.get("host", ""),
            nonce=self.of(request.url),
            body=body,
        )

    def asked_again(
        self, url: Url, status: int, headers: Mapping[str, str], error: str = ""
    ) -> bool:
        """Keep what an answer brings; return whether the request was refused for want of it.

        Args:
            url: where the request went.
            status: of the answer.
            headers: of the answer.
            error: the error code of a token endpoint (RFC 6749, 5.2), else empty.
        """
        fresh = headers.get("dpop-nonce", "")
        if not _NONCE.fullmatch(fresh) or fresh == self.of(url):
            return False
        self._known[_origin(url)] = fresh
        resource = _WANTS_NONCE in headers.get("www-authenticate", "")
        return (status == HTTPStatus.UNAUTHORIZED and resource) or error == _WANTS_NONCE


def _origin(url: Url) -> str:
    return spelled(url.scheme, url.host, url.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A request as it is about to be sent.

    `host` is its Host header, empty: what the address says; `nonce` is what the server last asked
    for; `body` is only there for who compares it.
    """

    method: str
    url: Url
    host: str = ""
    nonce: str = field(default="", repr=False)
    body: bytes = field(default=b"", repr=False)


def headers_for(credential: Credential, sending: Sending) -> Headers:
    """Return the headers that carry the credential on one request.

    Raises:
        Refused: `destination_not_listed`: the credential is not for this address;
            `credential_not_for_http`: it is for another kind of target. Nothing was sent.
    """
    url = sending.url
    listed = _origins(credential)
    where = _origin(url)
    if where not in listed or url.userinfo or sending.host not in {"", url.netloc.decode()}:
        shown = where if where not in listed else f"{where} by another name"
        raise Refused(
            f"The credential of this call may not go to {shown}.",
            code="destination_not_listed",
            next_step="List scheme, host and port (a key: `origins` of its issuer; a token: "
            "`audience`), if it should.",
        )
    if "header" in credential.parts:
        return ((credential.parts["header"], credential.parts["value"]),)
    return credential.headers(sending.method, str(url), nonce=sending.nonce)


def _origins(credential: Credential) -> frozenset[str]:
    if "origins" in credential.parts:
        return frozenset(credential.parts["origins"].split())
    if not credential.bearer:
        raise Refused(
            f"A credential of kind {credential.kind!r} does not travel in HTTP headers.",
            code="credential_not_for_http",
            next_step="Read current_credential().parts, and hand them to the target's own client.",
        )
    try:
        return frozenset({origin(credential.audience)})
    except ValueError:  # the audience is no address
        return frozenset()
