"""The console as an application: doors, headers, links; no browser is needed for these."""

import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from guard.testing import CountedIds
from guard_adapters.console.app import SignedIn, console_routes
from guard_adapters.console.origin import Origin, origin_of
from tests.adapters.console.desk import HOME

ANA = SignedIn(name="ana", principal="idp|ana", groups=frozenset({"finance"}))
LOCAL = origin_of("http://127.0.0.1:8470")
QUESTION = "apr_" + "0a" * 18


class Opened:
    """Knows one reviewer, by a header."""

    async def signed_in(self, request):
        return ANA if request.headers.get("x-test") == "ana" else None


def client(origin: Origin = LOCAL, **headers: str) -> TestClient:
    routes = console_routes(origin=origin, door=Opened(), token=CountedIds().token, pages=(HOME,))
    return TestClient(
        Starlette(routes=routes), base_url=origin.url, headers=headers, follow_redirects=False
    )


def policy(answer):
    parts = answer.headers["content-security-policy"].split("; ")
    return dict(part.partition(" ")[::2] for part in parts)


def test_a_page_shows_nothing_without_a_login():
    answer = client().get("/console/")
    assert answer.status_code == 401
    assert "Sign in" in answer.text
    assert "ana" not in answer.text


def test_a_reviewer_sees_the_page():
    answer = client(**{"x-test": "ana"}).get("/console/")
    assert answer.status_code == 200
    assert "Sign out" in answer.text


@pytest.mark.parametrize("path", ["/console/", "/console/nowhere", "/console/static/no", "/a/x"])
def test_every_answer_carries_the_headers(path):
    answer = client().get(path)
    said = policy(answer)
    assert said["default-src"] == "'none'"
    assert re.fullmatch(r"'nonce-[\w-]{24}' 'strict-dynamic'", said["script-src"])
    assert (said["frame-ancestors"], said["base-uri"]) == ("'none'", "'none'")
    assert (said["require-trusted-types-for"], said["trusted-types"]) == ("'script'", "htmx")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"


def test_the_nonce_is_fresh_and_the_one_of_the_page():
    http = client()
    nonces = []
    for _ in range(2):
        answer = http.get("/console/")
        (nonce,) = set(re.findall(r'<script nonce="([^"]+)"', answer.text))
        assert f"'nonce-{nonce}'" in answer.headers["content-security-policy"]
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


def test_no_page_has_a_script_or_a_style_in_it():
    text = client().get("/console/").text
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", text)


def test_transport_security_is_promised_over_https_only():
    far = client(origin_of("https://guard.corp.example")).get("/console/")
    assert far.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in client().get("/console/").headers


def test_a_link_in_a_message_leads_to_the_question_whether_it_exists_or_not():
    answer = client().get(f"/a/{QUESTION}")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/console/approvals/{QUESTION}",
    )
    plan = QUESTION.replace("apr_", "pln_")
    assert client().get(f"/a/{plan}").headers["location"] == f"/console/plans/{plan}"
    assert client().get("/a/apr_1").status_code == 404
    assert client().get("/a/..%2Fconsole").status_code == 404


def test_an_address_of_this_machine_is_led_to_localhost():
    answer = client().get(f"/a/{QUESTION}", headers={"host": "127.0.0.1:8470"})
    assert answer.status_code == 307
    assert answer.headers["location"] == f"http://localhost:8470/a/{QUESTION}"


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:8471", ""])
def test_a_name_that_was_rebound_gets_no_page(host):
    answer = client(**{"x-test": "ana"}).get("/console/", headers={"host": host})
    assert answer.status_code == 421
    assert "Sign out" not in answer.text


def test_a_static_file_is_kept_for_ever_under_its_own_version_only():
    http = client()
    (address,) = re.findall(
        r'href="(/console/static/console.css[^"]*)"', http.get("/console/").text
    )
    assert "immutable" in http.get(address).headers["cache-control"]
    assert http.get(address.partition("?")[0]).headers["cache-control"] == "no-cache"
    assert http.get(address).headers["content-type"] == "text/css; charset=utf-8"


def test_scripts_and_style_are_packed_for_who_takes_it_and_pages_never():
    http = client()
    packed, plain = {"accept-encoding": "gzip"}, {"accept-encoding": "identity"}
    page = http.get("/console/", headers=packed)
    (address,) = re.findall(r'src="(/console/static/[^"]*htmx.min.js[^"]*)"', page.text)
    small, whole = (http.get(address, headers=one) for one in (packed, plain))
    assert small.content == whole.content  # unpacked by the client
    assert int(small.headers["content-length"]) < len(whole.content) / 2
    assert {one.headers["vary"] for one in (small, whole)} == {"accept-encoding"}
    assert "content-encoding" not in page.headers


@pytest.mark.parametrize("name", ["../app.py", "htmx-4.0.1/LICENSE", "%2e%2e/app.py", "console.cs"])
def test_no_other_file_is_given_out(name):
    assert client().get(f"/console/static/{name}").status_code == 404


def test_looking_is_all_that_a_page_takes():
    assert client(**{"x-test": "ana"}).post("/console/").status_code == 405
