"""An agent hides what it does behind ten thousand lines: all of it is shown, a page at a time."""

import re
from dataclasses import replace
from functools import partial
from html import unescape
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from guard.errors import Refused
from guard.grant.seen import marks
from guard.grant.view import view_json
from guard.model.call import ArgSpec, argument_bytes
from guard.model.legible import read_back
from guard.model.review import Chain, Said
from guard.testing.review import a_view
from guard_adapters.console.app import SignedIn, console_routes
from guard_adapters.console.questions import Questions
from tests.adapters.console.desk import KEY, Desk

LIMIT = 100_000
BOUND = b'{"server":"bank","tool":"pay"}'
BOB = SignedIn(name="bob", principal="idp|bob", groups=frozenset({"finance"}))
HOSTS = [f"pay{n}.\u0430cme{n}.example" for n in range(2_000)]
LONG = {
    "lines": {"note": "".join(f"{n}\n" for n in range(10_000)), "to": "mallory"},
    "escapes": {"note": "\x7f" * 20_000, "to": "\u202e\x1b[2J" * 3_000},
    "a list": {"to": [*map(str, range(9_000))]},
    "names": {f"k{n:05}": "v" for n in range(1_000)},  # 18 sheets
    "a name": {"\x7f" * 9_000: "v"},
    "hosts": {"to": HOSTS},
    "blanks": {"note": "a  b " * 12_000},
}
VALUE = re.compile(
    r'<pre dir="ltr" data-value="(\w+)"( data-goes-on)? class="[^"]*">(.*?)</pre>', re.DOTALL
)
MARK = re.compile(r'data-mark="(\w+)"')


class Reading:
    """The pages of one question, for bob."""

    def __init__(self, view, **more):
        desk = Desk()
        row = desk.row(desk.asks(view_json=view_json(view), **{"envelope": BOUND, **more}))
        self.row = replace(row, action="bank/pay")

        async def approval(ident):
            if ident != row.id:
                raise Refused("none", code="approval_unknown")
            return self.row

        async def waiting(who, action):
            return [self.row]

        async def signed_in(request):
            return BOB

        looking = SimpleNamespace(now_ms=lambda: desk.clock.ms, approval=approval, waiting=waiting)
        pages = Questions(desk=looking, marks=partial(marks, KEY)).pages()
        door = SimpleNamespace(signed_in=signed_in)
        routes = console_routes(origin=desk.origin, door=door, token=desk.ids.token, pages=pages)
        self.http = TestClient(Starlette(routes=routes), base_url=desk.origin.url)

    def get(self, path=""):
        return self.http.get(f"/console/approvals/{self.row.id}{path}")

    def sheets(self):
        """Return the question's page and every sheet that it leads to, in their order."""
        found = [self.get().text]
        while rest := re.search(r'hx-get="/console/approvals/\w+(/sheets/\d+)"', found[-1]):
            found.append(self.get(rest[1]).text)
        return found


def shown(pages):
    """Return every value that the pages show, in order, as it was sent."""
    out = []
    for kind, goes_on, inner in VALUE.findall("".join(pages)):
        text = read_back(unescape(re.sub(r"</?[bi][^>]*>", "", inner)))
        if goes_on:
            out[-1] += text
        else:
            out.append(text if kind == "text" else (kind, text))
    return out


@pytest.mark.parametrize("name", LONG)
def test_all_of_a_long_question_is_shown_and_no_page_weighs_more_than_100_kilobytes(name):
    given = LONG[name]
    reading = Reading(a_view(given, action="bank/pay"), call_bytes=argument_bytes(given))
    pages = reading.sheets()
    sent = [one for key in sorted(given) for one in
            (given[key] if isinstance(given[key], list) else [given[key]])]  # fmt: skip

    assert max(len(one.encode()) for one in pages) <= LIMIT
    assert shown(pages) == sent
    assert MARK.findall("".join(pages)) == [*marks(KEY, reading.row, BOB.principal).values()]


def test_no_page_around_the_arguments_grows_with_what_others_wrote():
    words = tuple(Said(by="words", text=f"turn {n} " + "\x7f" * 900) for n in range(60))
    prose = tuple("I am good. " * 900 for _ in range(20))
    chain = Chain(opened_ms=0, step=1, task=words, prose=prose)
    view = a_view({"to": "x"}, before={f"gone{n}": n for n in range(5_000)}, chain=chain)
    places = tuple(f"p{n}@acme.example" for n in range(5_000))
    reading = Reading(replace(view, blast=replace(view.blast, destinations=places)))
    page, said, number = reading.get().text, [], 0
    while (one := reading.get(f"/said?sheet={number}")).status_code == 200:
        said.append(one.text)
        number += 1

    assert max(len(one.encode()) for one in (page, *said)) <= LIMIT
    assert shown(said) == [one.text for one in words] + [*prose]
    assert f"/console/approvals/{reading.row.id}/said" in page
    assert "more, all of them in the arguments" in page


def test_a_blob_comes_in_sheets_of_its_own():
    blob = "\x00PDF\n" * 8_000  # 13 sheets
    view = a_view({"scan": blob}, args={"scan": ArgSpec(kind="blob")})
    reading = Reading(view, call_bytes=argument_bytes({"scan": blob}))
    pages, number = [], 0
    while (one := reading.get(f"/arguments/0?sheet={number}")).status_code == 200:
        pages.append(one.text)
        number += 1

    assert max(len(one.encode()) for one in pages) <= LIMIT
    assert shown(pages) == [blob]


@pytest.mark.parametrize(
    "path", ["/sheets/1", "/sheets/x", "/sheets/-1", "/arguments/0", "/said?sheet=9"]
)
def test_a_sheet_that_is_not_there_is_said_so(path):
    assert Reading(a_view({"to": "x"})).get(path).status_code == 404


def test_a_long_question_is_not_answered_beside_others():
    reading = Reading(a_view({"note": "x" * 60_000}), call_bytes=b"{}")
    page = reading.http.get(f"/console/batch/{reading.row.id}").text
    assert "data-tick" not in page
