"""An `Auth` that adds the credential of the guarded call that runs, and refuses no other request.

HTTP libraries follow redirects past an `Auth`, and take `Authorization` off on the way to another
host, but no other header. So only what travels in `Authorization` is added here; a key in a header
of its own needs the transport.
"""
# ruff: noqa: ANN401  requests and answers belong to one of two libraries

from collections.abc import Callable, Generator
from functools import lru_cache
from types import ModuleType
from typing import Any, Final

from guard.errors import Refused
from guard.grant.credential import Credential
from guard_adapters._http.carrying import Answered, Nonces, headers_for, unheard

_SAFE: Final = frozenset({"authorization", "dpop"})
"""A proof that arrives without its token is worth nothing."""

Here = Callable[[], Credential | None]


class _CallAuth:
    def __init__(self, here: Here, answered: Answered) -> None:
        self._here = here
        self._answered = answered
        self._nonces = Nonces()

    def auth_flow(self, request: Any) -> Generator[Any, Any, None]:
        """Yield the request, and once more if its server wants a nonce (RFC 9449, 8)."""
        dressed = self._dressed(request)
        response = yield request
        status, headers = response.status_code, response.headers
        if dressed and self._nonces.asked_again(request.url, status, headers):
            self._dressed(request)
            response = yield request
        if dressed:
            self._answered(response.status_code)

    def _dressed(self, request: Any) -> bool:
        credential = self._here()
        if credential is None:
            return False
        try:
            own = headers_for(credential, self._nonces.sending(request))
        except Refused:  # it is not for this address: sent without it
            return False
        if {name.lower() for name, _ in own} - _SAFE:
            raise Refused(
                "The credential of this call travels in a header that redirects would carry along.",
                code="credential_needs_transport",
                next_step="Use async_transport or transport of guard_adapters.front.egress.",
            )
        request.headers.update(own)
        return True


@lru_cache
def _class(library: ModuleType) -> type[Any]:
    mod: Any = library
    return type("CallAuth", (_CallAuth, mod.Auth), {})


def call_auth(library: ModuleType, here: Here, answered: Answered = unheard) -> Any:
    """Return the `Auth` for clients of `httpx` or `httpx2`, plain and asynchronous."""
    return _class(library)(here, answered)
