"""The one HTTP client: against real sockets, plain and encrypted."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from guard_adapters._http.documents import get_json
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.pool import HttpClient

OK = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s"


def answer(body: bytes, status: bytes = b"200 OK") -> bytes:
    return (OK % (len(body), body)).replace(b"200 OK", status)


@asynccontextmanager
async def server(
    *answers: bytes, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Gives its answers one after the other, then closes each connection without one."""
    left, seen, writers = list(answers), [], []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        while data := await reader.read(65536):
            seen.append(data)
            if not left:
                break
            writer.write(left.pop(0))
        writer.close()

    made = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    port = made.sockets[0].getsockname()[1]
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}/x", seen
    finally:
        made.close()
        for writer in writers:
            writer.close()


def certificate(tmp_path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a fresh certificate, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "upstream")])
    start = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path / "both.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(file)
    ours = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    return theirs, ours


async def ask(http: HttpClient, url: str, body: bytes = b"{}") -> bytes:
    upstream = await http.open_upstream("POST", url, [(b"accept", b"*/*")], body, read_s=5)
    found = await upstream.read(1000)
    await upstream.aclose()
    return found


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    client = HttpClient()
    yield client
    await client.aclose()


async def test_one_connection_carries_one_message_after_the_other(http: HttpClient) -> None:
    async with server(answer(b"one"), answer(b"two")) as (url, seen):
        assert [await ask(http, url), await ask(http, url)] == [b"one", b"two"]

    assert all(data.endswith(b"\r\n\r\n{}") for data in seen), "head and body leave in one piece"


async def test_an_encrypted_upstream_is_talked_to_and_its_certificate_checked(
    tmp_path, http: HttpClient
) -> None:
    theirs, ours = certificate(tmp_path)
    trusting = HttpClient(trust=ours)
    async with server(answer(b"one"), answer(b"two"), tls=theirs) as (url, _):
        found = [await ask(trusting, url), await ask(trusting, url)]
        with pytest.raises(UpstreamFailed) as stranger:
            await ask(http, url)
        await trusting.aclose()

    assert found == [b"one", b"two"]
    assert stranger.value.sent is False


async def test_a_message_is_never_sent_twice(http: HttpClient) -> None:
    async with server() as (url, seen):
        with pytest.raises(UpstreamFailed) as broken:
            await ask(http, url)

    assert len(seen) == 1
    assert broken.value.sent is True


async def test_an_upstream_that_is_not_there_surely_got_nothing(http: HttpClient) -> None:
    async with server() as (url, _):
        pass
    with pytest.raises(UpstreamFailed) as unreached:
        await ask(http, url)

    assert unreached.value.sent is False


async def test_a_redirect_is_an_answer_like_any_other(http: HttpClient) -> None:
    async with server(answer(b"", b"302 Found\r\nlocation: http://127.0.0.1:1/")) as (url, seen):
        upstream = await http.open_upstream("GET", url, [], b"", read_s=5)
        await upstream.aclose()

    assert (upstream.status, len(seen)) == (302, 1)


async def test_a_body_beyond_the_limit_is_given_up(http: HttpClient) -> None:
    async with server(answer(b"x" * 5000)) as (url, _):
        with pytest.raises(UpstreamFailed):
            await ask(http, url)


async def test_a_key_set_is_fetched_again_after_a_failure() -> None:
    async with server(answer(b"", b"503 Busy"), answer(b'{"keys":[]}')) as (url, _):
        assert await get_json(url) == {"keys": []}


@pytest.mark.parametrize("body", [b"[]", b"{", b"x" * (2**20 + 1)])
async def test_what_is_no_small_json_object_is_refused(body: bytes) -> None:
    async with server(answer(body)) as (url, _):
        with pytest.raises(UpstreamFailed):
            await get_json(url)


async def test_keys_are_not_fetched_in_the_clear_from_elsewhere() -> None:
    with pytest.raises(UpstreamFailed):
        await get_json("http://issuer.example/jwks")
