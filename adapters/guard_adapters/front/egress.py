"""HTTP clients of tools and of MCP sessions: requests carry the credential of the guarded call.

    client = httpx.AsyncClient(transport=async_transport(httpx), trust_env=False)

Outside a call, after its end, and to any address that the credential is not for, a transport sends
nothing. `call_auth` is for clients that must also talk to other addresses: it adds the credential
where it belongs and refuses nothing else. `mcp_http_client` is for the MCP SDK, and `key_bound` for
its OAuth logins.
"""
# ruff: noqa: ANN401  transports and auths belong to one of two libraries

from types import ModuleType
from typing import Any

from guard.grant.credential import Prover
from guard.grant.sent import CALL, check_sent, message_of
from guard_adapters._http import call_auth as auths
from guard_adapters._http import egress, proved
from guard_adapters._http.carrying import Headers, Sending, headers_for
from guard_adapters._http.key_bound import KeyBound
from guard_adapters.front.function import (
    answered_here,
    credential_here,
    current_credential,
    running_here,
)


def transport(library: ModuleType, inner: Any = None) -> Any:
    """Return the transport for a `Client` of httpx or httpx2; `inner` sends instead of its own."""
    return egress.plain_transport(library, current_credential, inner, answered=answered_here)


def async_transport(library: ModuleType, inner: Any = None) -> Any:
    """Return the transport for an `AsyncClient` of httpx or httpx2; `inner` as in `transport`."""
    return egress.async_transport(library, current_credential, inner, answered=answered_here)


def call_auth(library: ModuleType) -> Any:
    """Return the `Auth` for clients of httpx or httpx2 that also talk to other addresses."""
    return auths.call_auth(library, credential_here, answered_here)


def mcp_http_client(*, wait_s: float = 300) -> Any:
    """Return the `httpx2.AsyncClient` for an MCP session: its server reads HTTP headers.

    Args:
        wait_s: longest wait for bytes of an answer (seconds).
    """
    return proved.mcp_http_client(at_the_wire, wait_s=wait_s, answered=answered_here)


def key_bound(login: Any, prover: Prover) -> Any:
    """Return a login of an MCP session (an `httpx2.Auth`) with its tokens bound to a key (DPoP).

    Args:
        login: such as `mcp.client.auth.OAuthClientProvider`.
        prover: holds the key, such as `guard_adapters.issuer.proof_key.ProofKey`.
    """
    return KeyBound(login, prover)


def at_the_wire(sending: Sending) -> Headers:
    """Return the headers of one message of an MCP session: those of a judged call, or none.

    Raises:
        Refused: `changed_in_flight`: the bytes are not the call that was decided; or as
            `headers_for`. Nothing was sent.
    """
    running = running_here()
    if running is None or running.call is None or running.credential is None:
        return ()
    # Notices about a call (progress, cancelling) travel in its context, too.
    if sending.method != "POST" or message_of(sending.body).get("method") != CALL:
        return ()
    check_sent(sending.body, running.call)
    return headers_for(running.credential, sending)
