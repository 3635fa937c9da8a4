"""HTTP clients of tools: the call's credential goes to where it belongs, with both libraries."""

import asyncio
from contextlib import suppress

import httpx
import httpx2
import pytest

from guard.errors import Refused
from guard_adapters.front.egress import async_transport, call_auth, transport
from guard_adapters.front.function import Wrapper, current_credential, running_call
from tests.adapters.front.allow_all import AllowAll
from tests.adapters.front.carrying import SECRET, a_call, claims_of, of, target

LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda one: one.__name__)
WANTS = [(b"www-authenticate", b'DPoP error="use_dpop_nonce"'), (b"dpop-nonce", b"n-1")]


@pytest.fixture
async def there():
    async with target() as server:
        yield server


def client(library, **more):
    made = async_transport(library)
    return library.AsyncClient(transport=made, trust_env=False, **more)


def posted(library, url, **more):
    """One request of the plain client, from a thread as tools have it."""
    with library.Client(transport=transport(library), trust_env=False) as sync:
        return sync.post(url, content=b"hello", **more)


@LIBRARIES
@pytest.mark.parametrize("kind", ["key", "bearer", "dpop"])
async def test_the_credential_arrives_in_its_own_form(library, kind, there):
    with running_call(a_call(), of(kind, there.url)):
        async with client(library) as one:
            answer = await one.post(f"{there.url}/pay?x=1", content=b"hello")
        plain = await asyncio.to_thread(posted, library, f"{there.url}/pay?x=1")
    assert (answer.status_code, plain.status_code) == (200, 200)
    for seen in there.seen:
        assert seen["body"] == b"hello"
        headers = seen["headers"]
        match kind:
            case "key":
                assert headers["x-api-key"] == SECRET
            case "bearer":
                assert headers["authorization"] == f"Bearer {SECRET}"
            case "dpop":
                assert headers["authorization"] == f"DPoP {SECRET}"
                assert claims_of(headers["dpop"])["htu"] == f"{there.url}/pay"
    assert len(there.seen) == 2
    assert SECRET not in str(answer.request.headers)  # the tool keeps the request, and may log it


@LIBRARIES
async def test_a_server_that_wants_a_nonce_is_asked_once_more_and_not_twice(library, there):
    there.answers = [(401, WANTS, b""), (200, [], b"{}"), (401, WANTS, b"")]
    with running_call(a_call(), of("dpop", there.url)):
        async with client(library) as one:
            assert (await one.post(there.url, content=b"hello")).status_code == 200
            assert (await one.post(there.url, content=b"hello")).status_code == 401
    nonces = [claims_of(seen["headers"]["dpop"]).get("nonce") for seen in there.seen]
    assert nonces == [None, "n-1", "n-1"]
    assert len({claims_of(seen["headers"]["dpop"])["jti"] for seen in there.seen}) == 3
    assert [seen["body"] for seen in there.seen] == [b"hello"] * 3


@LIBRARIES
async def test_a_body_that_is_made_while_it_is_sent_is_sent_once(library, there):
    async def made():
        yield b"hel"
        yield b"lo"

    there.answers = [(401, WANTS, b"")]
    with running_call(a_call(), of("dpop", there.url)):
        async with client(library) as one:
            assert (await one.post(there.url, content=made())).status_code == 401
    assert len(there.seen) == 1


@LIBRARIES
async def test_what_comes_back_is_scrubbed(library, there):
    there.answers = [(500, [(b"x-you-sent", SECRET.encode())], f"no: {SECRET}!".encode())] * 2
    with running_call(a_call(), of("bearer", there.url)):
        async with client(library) as one:
            answer = await one.get(there.url)
        plain = await asyncio.to_thread(posted, library, there.url)
    for got in (answer, plain):
        assert got.text == "no: [secret]!"
        assert got.headers["x-you-sent"] == "[secret]"


@LIBRARIES
async def test_a_guarded_function_uses_it_without_knowing_of_credentials(library, there):
    class Giving(AllowAll):
        async def call(self, call, tool, *, hold_ms):
            return await tool.run(call, of("bearer", there.url))

    async def pay(to: str) -> int:
        async with client(library) as one:
            return (await one.post(f"{there.url}/{to}")).status_code

    guarded = Wrapper(Giving(), session="gs_1", server="bank").wrap(pay)
    assert await guarded(to="acme") == 200
    assert there.seen[0]["headers"]["authorization"] == f"Bearer {SECRET}"


@LIBRARIES
@pytest.mark.parametrize("way", ["transport", "auth", "thread"])
@pytest.mark.parametrize("raises", [True, False])
async def test_the_guard_hears_that_a_server_did_not_take_the_credential(
    library, there, way, raises
):
    given = []

    class Giving(AllowAll):
        async def call(self, call, tool, *, hold_ms):
            given.append(await tool.run(call, of("bearer", there.url)))
            return given[-1]

    async def pay(to: str) -> int:
        if way == "thread":
            answer = await asyncio.to_thread(posted, library, f"{there.url}/{to}")
        elif way == "auth":
            async with library.AsyncClient(auth=call_auth(library), trust_env=False) as one:
                answer = await one.post(f"{there.url}/{to}")
        else:
            async with client(library) as one:
                answer = await one.post(f"{there.url}/{to}")
        if answer.status_code != 200 and raises:
            raise RuntimeError("no money")
        return answer.status_code

    guarded = Wrapper(Giving(), session="gs_1", server="bank").wrap(pay)
    there.answers = [(401, [], b""), (500, [], b"")]
    for _ in range(3):
        with suppress(RuntimeError):
            await guarded(to="acme")
    refused = [one.refused for one in given]
    assert refused == ["upstream_credential_refused", "", ""]


@LIBRARIES
async def test_an_auth_adds_the_credential_where_it_belongs_and_nowhere_else(library, there):
    auth = call_auth(library)
    async with target() as other, library.AsyncClient(auth=auth, trust_env=False) as one:
        await one.get(there.url)  # outside a call
        with running_call(a_call(), of("dpop", there.url)):
            there.answers = [(401, WANTS, b"")]
            assert (await one.post(there.url, content=b"hello")).status_code == 200
            await one.get(other.url)
        await one.get(there.url)
    sent = ["authorization" in seen["headers"] for seen in there.seen]
    assert sent == [False, True, True, False]
    assert "nonce" in claims_of(there.seen[2]["headers"]["dpop"])
    assert "authorization" not in other.seen[0]["headers"]
    assert "dpop" not in other.seen[0]["headers"]


@LIBRARIES
async def test_an_auth_refuses_a_key_that_a_redirect_would_carry_along(library, there):
    with running_call(a_call(), of("key", there.url)):
        async with library.AsyncClient(auth=call_auth(library), trust_env=False) as one:
            with pytest.raises(Refused) as no:
                await one.get(there.url)
    assert (no.value.code, there.seen) == ("credential_needs_transport", [])


@LIBRARIES
async def test_a_credential_of_another_world_is_refused_with_what_to_do(library, there):
    with running_call(a_call(), of("cloud", there.url)):
        async with client(library) as one:
            with pytest.raises(Refused) as no:
                await one.get(there.url)
    assert (no.value.code, there.seen) == ("credential_not_for_http", [])


async def test_the_credential_is_the_same_in_a_thread_and_none_in_another(there):
    with running_call(a_call(), of("bearer", there.url)):
        assert (await asyncio.to_thread(current_credential)).secret == SECRET
        with pytest.raises(Refused) as no:
            await asyncio.get_running_loop().run_in_executor(None, current_credential)
    assert no.value.code == "no_active_call"
