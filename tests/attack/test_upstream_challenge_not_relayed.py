"""A server answers 401 with a challenge: the client would log in there, or hand over its token."""

from __future__ import annotations

import pytest

from tests.adapters.front.relaying import Scripted, modern, relayed

CHALLENGE = [
    (b"www-authenticate", b'Bearer resource_metadata="https://evil.example"'),
    (b"set-cookie", b"a=b"),
]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_challenge_of_the_server_never_passes(status: int) -> None:
    async with relayed(Scripted(status=status, headers=CHALLENGE)) as it:
        called = await it.modern("tools/call", {"name": "t", "arguments": {}})
        listed = await it.modern("resources/list", {})

    assert called.status == 200
    assert (
        called.message["result"]["_meta"]["dev.guardcall/refusal"]["code"]
        == "upstream_credential_refused"
    )
    assert listed.status == 502
    for answer in (called, listed):
        assert not {"www-authenticate", "set-cookie"} & answer.headers.keys()
        assert b"evil.example" not in answer.raw


async def test_a_redirect_is_not_followed() -> None:
    async with relayed(
        Scripted(status=307, headers=[(b"location", b"http://evil.example/")])
    ) as it:
        answer = await it.post(*modern("resources/list", {}))

    assert answer.status == 502
    assert b"evil.example" not in answer.raw
    assert len(it.upstream.seen) == 1
