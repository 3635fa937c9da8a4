"""Every list leads on to its end: no row is out of reach, and no page is heavy."""

import asyncio
import re
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from html import unescape
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from guard.audit.event import Event
from guard.errors import Unavailable
from guard.grant.seen import marks
from guard.grant.view import view_json
from guard.model.review import Ran
from guard.session.state import new_session
from guard.testing.review import a_view
from guard_adapters.console.app import SignedIn, console_routes
from guard_adapters.console.origin import origin_of
from guard_adapters.console.questions import Questions
from guard_adapters.console.views import Views
from guard_adapters.wiring.review.board import BoardDesk
from tests.adapters.console.full import (
    LONG,
    NO,
    WHO,
    call,
    fill,
    guard,
    lose,
    name,
    numbered,
    people_page,
    question,
    reviewer,
)

ROWS = 140
BOB = SignedIn(name="bob", principal="idp|ana", groups=frozenset({"finance"}))
ON = re.compile(
    r'<a href="([^"]*)">(?:The next ones|Older ones|Older entries|Calls before these)</a>'
)


@pytest.fixture(scope="module")
def http(tmp_path_factory):
    wired = guard(tmp_path_factory.mktemp("full"))
    asyncio.run(fill(wired, ROWS))
    with looked_at(wired) as found:
        yield found
    wired.close()


@contextmanager
def looked_at(wired):
    async def signed_in(request):
        return BOB

    desk, origin = BoardDesk(wired=wired), origin_of("http://localhost:8470")
    door = SimpleNamespace(signed_in=signed_in)
    pages = (
        *Views(desk=desk).pages(),
        *Questions(desk=desk, marks=partial(marks, b"k")).pages(),
        people_page(wired, door, origin),
    )
    routes = console_routes(origin=origin, door=door, token=wired.world.ids.token, pages=pages)
    with TestClient(Starlette(routes=routes), base_url=origin.url) as found:
        yield found


def walked(http, path):
    """Return every page of a list, from its first one on."""
    pages = []
    while path:
        answer = http.get(path)
        assert answer.status_code == 200, answer.text
        assert len(answer.content) <= 100_000
        pages.append(answer.text)
        found = ON.search(answer.text)
        path = found and unescape(found[1])
    return pages


def half(ids, rest):
    return {one for number, one in enumerate(ids) if number % 2 == rest}


QUESTIONS = [f"apr_{n:036x}" for n in range(ROWS)]
PLANS = [f"pln_{n:036x}" for n in range(ROWS)]


@pytest.mark.parametrize(
    ("path", "link", "wanted"),
    [
        ("/console/", r"approvals/(apr_\w+)", set(QUESTIONS)),  # those answered lately among them
        ("/console/answered", r"approvals/(apr_\w+)", half(QUESTIONS, 0)),
        ("/console/sessions", r"sessions/(gs_\d+)", {f"gs_{n}" for n in range(ROWS)}),
        ("/console/plans", r"plans/(pln_\w+)", set(PLANS)),
        ("/console/grants", r"grants/(\w+)/revoke", {f"grt_{n:036x}_{i}" for n in range(0, ROWS, 2) for i in (1, 2)}),
        ("/console/reviewers", r'scope="row">(\w+)', {reviewer(n) for n in range(ROWS)}),
        (f"/console/sessions/{LONG}", r'<span class="n">(\d+)</span>', {str(n + 1) for n in range(ROWS // 2)}),
    ],
)  # fmt: skip
def test_a_list_leads_to_every_row_of_it(http, path, link, wanted):
    pages = walked(http, path)
    found = [one for page in pages for one in dict.fromkeys(re.findall(link, page))]

    assert len(pages) > 1
    if path == "/console/":
        found = [one for one in found if one in half(QUESTIONS, 1)]
        wanted = half(QUESTIONS, 1)
    assert set(found) == wanted
    assert len(found) == len(wanted)  # and to none twice


def test_a_list_of_runs_that_nobody_knows_the_end_of_leads_to_every_one(tmp_path):
    wired = guard(tmp_path)
    asyncio.run(lose(wired, ROWS))
    with looked_at(wired) as http:
        pages = walked(http, "/console/unknown")
        first = re.findall(r"approvals/(apr_\w+)", http.get("/console/").text)
    wired.close()
    found = [one for page in pages for one in dict.fromkeys(re.findall(r"(apr_lost\w+)", page))]

    assert len(pages) > 1
    assert sorted(found) == [name(n, "lost") for n in range(ROWS)]
    assert first[0].startswith("apr_lost")  # before what waits


def test_a_run_whose_end_the_agent_was_not_told_says_so(tmp_path):
    wired = guard(tmp_path)
    asyncio.run(lose(wired, 1))
    lost = name(0, "lost")
    with looked_at(wired) as http:
        before = http.get(f"/console/approvals/{lost}").text
        asyncio.run(wired.world.approvals.told(lost, wired.world.clock.now_ms()))
        after = http.get(f"/console/approvals/{lost}").text
    wired.close()

    said = "The agent was not told how it ended."
    assert (said in before, said in after) == (True, False)


def test_the_log_is_read_back_to_its_first_entry(http):
    pages = walked(http, "/console/audit")
    found = [int(one) for page in pages for one in re.findall(r"audit/(\d+)", page)]
    assert found == [*reversed(range(len(found)))]
    assert len(found) > ROWS


def test_what_happened_beside_calls_is_read_back_to_its_start_and_says_what_comes_later(tmp_path):
    wired = guard(tmp_path)
    decided, ended = call(1, 0)
    noted = [
        Event(kind="signal", at_ms=n, session=LONG, leaf={"signal": "device_changed"})
        for n in range(400)
    ]
    asyncio.run(wired.world.sessions.open(new_session(LONG, WHO, now_ms=0)))
    asyncio.run(wired.world.sink.write([decided, *noted, ended]))
    with looked_at(wired) as http:
        pages = walked(http, f"/console/sessions/{LONG}")
    wired.close()
    found = [int(one) for page in pages for one in re.findall(r"audit/(\d+)", page)]

    assert sorted(found) == [*range(401)]  # the last one tells how a call of another page ended
    assert all("signal: device changed" in page for page in pages[:-1])
    assert "Ended later: the call has ended" in pages[-1]
    assert "Ended later" not in pages[0]


def test_what_waits_comes_first_among_plans(http):
    first = re.findall(r"plans/(pln_\w+)", walked(http, "/console/plans")[0])
    assert set(first) <= half(PLANS, 1)


def test_a_damaged_session_is_left_out_of_the_list(tmp_path):
    async def looked():
        wired = guard(tmp_path)
        await fill(wired, 6)
        wired.close()
        with closing(sqlite3.connect(tmp_path / "state" / "guard.sqlite")) as db, db:
            db.execute("UPDATE sessions SET head = '{}' WHERE id = 'gs_3'")
        wired = guard(tmp_path)
        desk = BoardDesk(wired=wired)
        found = {one.id for one in (await desk.sessions(0)).rows}
        wired.close()
        with pytest.raises(Unavailable):
            await desk.sessions(0)
        return found

    assert asyncio.run(looked()) == {"gs_0", "gs_1", "gs_2", "gs_4", "gs_5"}


@pytest.mark.parametrize(
    ("outcome", "said"),
    [("ok", "ran <"), ("running", "was still running when"), ("unknown", "may have run")],
)
def test_a_question_about_a_call_that_ran_already_says_so_wherever_it_is_read(
    tmp_path, outcome, said
):
    wired = guard(tmp_path)
    view = a_view({"amount": 1}, action="bank/pay")
    ran = Ran(approval=name(9), at_ms=view.asked_ms - 40_000, outcome=outcome)
    made = replace(
        question(1, wired.world.clock.now_ms()), view_json=view_json(replace(view, ran=ran))
    )
    asyncio.run(wired.world.approvals.open(made, []))
    with looked_at(wired) as http:
        pages = [http.get(f"/console/{one}/{name(1)}").text for one in ("approvals", "batch")]
    wired.close()

    for page in pages:
        assert f"The same call was approved before, and {said}" in page
        assert f"approvals/{name(9)}" in page
        assert "let run 40 s before this was asked" in page


@pytest.mark.parametrize(
    "path", ["/console/?skip=50", "/console/sessions?skip=100", "/console/audit?before=60"]
)
def test_the_middle_of_a_list_has_an_address_of_its_own(http, path):
    page = http.get(path).text
    assert (
        "/console/approvals/apr_" in page
        or "/console/sessions/gs_" in page
        or "/console/audit/59" in page
    )


@pytest.mark.parametrize(
    "path",
    [
        "/console/?skip=x",
        "/console/sessions?skip=-1",
        "/console/plans?skip=1e3",
        "/console/audit?before=y",
    ],
)
def test_an_address_that_counts_nothing_is_refused(http, path):
    answer = http.get(path)
    assert (answer.status_code, "There is no such page." in answer.text) == (404, True)


@pytest.mark.parametrize(
    "path",
    [
        "/console/sessions",
        "/console/plans",
        "/console/grants",
        "/console/answered",
        "/console/unknown",
        "/console/policy",
        "/console/reviewers",
    ],
)
def test_after_the_last_row_a_list_leads_back(http, path):
    page = http.get(f"{path}?skip=9000").text
    assert f'<a href="{path}">' in page


def test_a_question_that_was_denied_is_headed_so_once(http):
    page = http.get(f"/console/approvals/{name(0)}").text
    crumb = page.partition('class="crumb"')[2].partition("</p>")[0]
    assert re.findall("denied", re.sub("<[^>]*>", "", crumb)) == ["denied"]


def test_the_policy_page_counts_calls_since_when_it_looks_for_questions(tmp_path):
    async def looked():
        wired = guard(tmp_path)
        now_ms = wired.world.clock.now_ms()
        earlier = [one for n in range(10) for one in call(n, now_ms - 86_400_000)]
        await wired.world.sink.write(earlier)
        await wired.world.approvals.open(question(1, now_ms), [])
        await wired.world.approvals.vote(replace(NO, approval_id=name(1), at_ms=now_ms), [])
        await numbered(wired.store)
        told = await BoardDesk(wired=wired).report()
        wired.close()
        return told

    told = asyncio.run(looked())
    assert (told.calls, told.prompts) == (10, 1)
