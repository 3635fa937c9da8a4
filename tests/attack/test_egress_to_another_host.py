"""A tool is talked into sending its credential elsewhere, or later, or from another call."""

import asyncio
import contextvars

import httpx
import httpx2
import pytest

from guard.errors import Refused
from guard_adapters.front.egress import async_transport, call_auth, transport
from guard_adapters.front.function import running_call
from tests.adapters.front.carrying import SECRET, a_call, of, target

LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda one: one.__name__)


@pytest.fixture
async def there():
    async with target() as server:
        yield server


def client(library, **more):
    return library.AsyncClient(transport=async_transport(library), trust_env=False, **more)


async def refused(one, url, **more):
    try:
        await one.get(url, **more)
    except Refused as no:
        return no.code
    return "sent"


async def refusal(library, url):
    async with client(library) as one:
        return await refused(one, url)


KINDS = ("key", "bearer", "dpop")
TRICKS = (
    "http://evil.example/",  # another host
    "http://127.0.0.1.evil.example:{port}/",  # begins like it
    "http://evil127.0.0.1:{port}/",
    "http://127.0.0.1.:{port}/",  # the same host with a dot of the root
    "http://localhost:{port}/",  # another name of the same machine
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://[::1]:{port}/",
    "http://127.0.0.1@evil.example:{port}/",  # its name as a user
    "http://user:word@127.0.0.1:{port}/",
    "http://evil.example/?http://127.0.0.1:{port}",
    "http://evil.example#@127.0.0.1:{port}/",
    "http://127.0.0.1:{other}/",  # another port
    "http://127.0.0.1/",  # that of the scheme
    "https://127.0.0.1:{port}/",  # another scheme
)


@LIBRARIES
async def test_no_spelling_of_another_address_gets_it(library, there):
    found = {}
    async with client(library) as one:
        for kind in KINDS:
            with running_call(a_call(), of(kind, there.url)):
                for trick in TRICKS:
                    url = trick.format(port=there.port, other=there.port + 1)
                    found[kind, trick] = await refused(one, url)
                with_host = await refused(one, there.url, headers={"host": "evil.example"})
                found[kind, "another Host header"] = with_host
    assert set(found.values()) == {"destination_not_listed"}, found
    assert there.seen == []


@LIBRARIES
async def test_a_downgrade_to_the_clear_is_refused(library):
    with running_call(a_call(), of("bearer", "https://bank.example")):
        assert await refusal(library, "http://bank.example:443/") == "destination_not_listed"


@LIBRARIES
async def test_a_redirect_takes_nothing_along(library, there):
    async with target() as other, client(library, follow_redirects=True) as one:
        for kind in KINDS:
            with running_call(a_call(), of(kind, there.url)):
                for status in (301, 302, 303, 307, 308):
                    there.answers = [(status, [(b"location", f"{other.url}/x".encode())], b"")]
                    assert await refused(one, there.url) == "upstream_redirects"
        assert other.seen == []


@LIBRARIES
@pytest.mark.parametrize("kind", ["bearer", "dpop"])
async def test_a_redirect_past_an_auth_leaves_the_token_behind(library, kind, there):
    async with target() as other:
        there.answers = [(307, [(b"location", f"{other.url}/x".encode())], b"")]
        with running_call(a_call(), of(kind, there.url)):
            auth = call_auth(library)
            async with library.AsyncClient(
                auth=auth, follow_redirects=True, trust_env=False
            ) as one:
                await one.post(there.url, content=b"x")
        assert len(there.seen) == len(other.seen) == 1
        assert SECRET in there.seen[0]["headers"]["authorization"]
        assert SECRET not in str(other.seen)


@LIBRARIES
async def test_a_task_that_outlives_its_call_gets_nothing(library, there):
    ended = asyncio.Event()

    async def left_behind():
        await ended.wait()
        return await refusal(library, there.url)

    with running_call(a_call(), of("bearer", there.url)):
        task = asyncio.create_task(left_behind())
        kept = contextvars.copy_context()
    ended.set()
    assert await asyncio.wait_for(task, 5) == "no_active_call"

    def later():
        with (
            library.Client(transport=transport(library), trust_env=False) as one,
            pytest.raises(Refused) as no,
        ):
            one.get(there.url)
        return no.value.code

    assert await asyncio.to_thread(kept.run, later) == "no_active_call"
    assert there.seen == []


@LIBRARIES
async def test_two_calls_at_once_keep_apart(library):
    async with target() as first, target() as second, client(library) as one:

        async def run(own, other):
            with running_call(a_call(), of("bearer", own.url)):
                await asyncio.sleep(0)
                await one.get(own.url)
                with pytest.raises(Refused):
                    await one.get(other.url)

        await asyncio.wait_for(asyncio.gather(run(first, second), run(second, first)), 5)
        assert len(first.seen) == len(second.seen) == 1


@LIBRARIES
async def test_outside_a_call_nothing_is_sent(library, there):
    assert await refusal(library, there.url) == "no_active_call"
    with running_call(a_call(), None):
        assert await refusal(library, there.url) == "no_active_call"
    assert there.seen == []


@LIBRARIES
async def test_a_proxy_in_the_environment_is_not_asked(library, there, monkeypatch):
    async with target() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        with running_call(a_call(), of("bearer", there.url)):
            async with library.AsyncClient(transport=async_transport(library)) as one:
                await one.get(there.url)
        assert (len(there.seen), proxy.seen) == (1, [])
