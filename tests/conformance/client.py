"""A guarded MCP client for the official suite: `client.py URL`, the scenario in the environment.

Every tool call is judged before it leaves. Logins are those of the MCP SDK; for the DPoP scenarios
the guard binds them to a key. The person at the browser is played here.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp.client import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.auth.extensions.client_credentials import (
    ClientCredentialsOAuthProvider,
    PrivateKeyJWTOAuthProvider,
    SignedJWTParameters,
)
from mcp.client.auth.extensions.identity_assertion import IdentityAssertionOAuthProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

from guard_adapters.front.egress import key_bound
from guard_adapters.front.mcp_client import guard_session
from guard_adapters.issuer.proof_key import ProofKey
from guard_adapters.store.clock import SystemClock, SystemIds
from guard_adapters.wiring.local import local

SCENARIO = os.environ.get("MCP_CONFORMANCE_SCENARIO", "")
CONTEXT = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT", "{}"))
BACK = "http://localhost:3030/callback"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
TYPE = "urn:ietf:params:oauth:token-type:"
CONFIG = """
version: 1
guard: {policies: [all.cedar], state: state}
servers:
  suite: {trust: trusted, unsafe_allow_all_unlisted: true}
"""
POLICY = '@id("ALL") @reason("everything") permit (principal, action, resource);'


class Kept:
    """Tokens and registration of one run, in memory."""

    def __init__(self) -> None:
        self.tokens: Any = None
        self.client: Any = None

    async def get_tokens(self) -> Any:
        return self.tokens

    async def set_tokens(self, tokens: Any) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> Any:
        return self.client

    async def set_client_info(self, client_info: Any) -> None:
        self.client = client_info


class Browser:
    """A person who agrees at once: the redirect's answer is the code."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    async def go(self, url: str) -> None:
        async with httpx2.AsyncClient(trust_env=False) as http:
            answer = await http.get(url, follow_redirects=False)
        self.found = parse_qs(urlsplit(answer.headers["location"]).query)

    async def back(self) -> AuthorizationCodeResult:
        one = {name: values[0] for name, values in self.found.items()}
        return AuthorizationCodeResult(code=one["code"], state=one.get("state"), iss=one.get("iss"))


def person(url: str) -> httpx2.Auth:
    browser = Browser()
    metadata = OAuthClientMetadata.model_validate(
        {"client_name": "guarded", "redirect_uris": [BACK], "token_endpoint_auth_method": "none"}
    )
    return OAuthClientProvider(url, metadata, Kept(), browser.go, browser.back)


async def id_jag(audience: str, resource: str) -> str:
    """The assertion of the enterprise's identity provider: the first leg (RFC 8693)."""
    form = {
        "grant_type": EXCHANGE, "requested_token_type": f"{TYPE}id-jag", "audience": audience,
        "resource": resource, "subject_token": CONTEXT["idp_id_token"],
        "subject_token_type": f"{TYPE}id_token", "client_id": CONTEXT["idp_client_id"],
    }  # fmt: skip
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.post(CONTEXT["idp_token_endpoint"], data=form)
    return str(answer.json()["access_token"])


async def issuer_of(url: str) -> str:
    """Who issues for this server, as it says (RFC 9728)."""
    parts = urlsplit(url)
    at = f"{parts.scheme}://{parts.netloc}/.well-known/oauth-protected-resource{parts.path}"
    async with httpx2.AsyncClient(trust_env=False) as http:
        return str((await http.get(at)).json()["authorization_servers"][0])


async def login(url: str) -> httpx2.Auth | None:
    match SCENARIO:
        case "auth/dpop" | "auth/dpop-nonce" if "--unbound" not in sys.argv:
            return key_bound(person(url), ProofKey(clock=SystemClock(), ids=SystemIds()))
        case "auth/client-credentials-basic":
            named = CONTEXT["client_id"], CONTEXT["client_secret"]
            return ClientCredentialsOAuthProvider(url, Kept(), *named, issuer=await issuer_of(url))
        case "auth/client-credentials-jwt":
            own = SignedJWTParameters(
                issuer=CONTEXT["client_id"], subject=CONTEXT["client_id"],
                signing_key=CONTEXT["private_key_pem"],
                signing_algorithm=CONTEXT["signing_algorithm"],
            )  # fmt: skip
            return PrivateKeyJWTOAuthProvider(
                url, Kept(), CONTEXT["client_id"], own.create_assertion_provider(),
                issuer=await issuer_of(url),
            )  # fmt: skip
        case "auth/enterprise-managed-authorization":
            return IdentityAssertionOAuthProvider(
                url, Kept(), CONTEXT["client_id"], CONTEXT["client_secret"],
                await issuer_of(url), id_jag, token_endpoint_auth_method="client_secret_basic",
            )  # fmt: skip
        case name if name.startswith("auth/"):
            return person(url)
        case _:
            return None


async def main(url: str, folder: Path) -> None:
    (folder / "guard.yaml").write_text(CONFIG)
    (folder / "all.cedar").write_text(POLICY)
    auth = await login(url)
    http = httpx2.AsyncClient(auth=auth, follow_redirects=False, trust_env=False, timeout=20)
    with local(folder / "guard.yaml", person="ann", agent="suite") as guard:
        async with http, Client(streamable_http_client(url, http_client=http)) as client:
            guard_session(client.session, guard, server="suite")
            for tool in (await client.list_tools()).tools:
                wanted = tool.input_schema.get("properties", {})
                given = {
                    name: 1 if one.get("type") != "string" else "a" for name, one in wanted.items()
                }
                await client.call_tool(tool.name, given)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(main(sys.argv[-1], Path(name)))
