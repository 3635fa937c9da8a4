"""`guard review`, driven by a pilot: it looks, denies and opens pages, and never approves."""

import json
from typing import Any

import pytest

from guard.errors import Refused
from guard.grant.view import view_json
from guard.testing.review import a_view
from guard_adapters.cli import main
from guard_adapters.cli.review_app import Question, Reason, Review, cells, text_of

ROW = {
    "id": "apr_1", "status": "pending", "agent": "bot\u202e", "rules": ["PAY-1"],
    "pending_until_ms": 1_767_607_260_000, "reason_code": "", "session": "gs_1", "call": "c1",
    "requester": "i|ada", "waiting": 1, "created_ms": 1_767_607_200_000, "delivered_ms": 0,
    "votes": [], "outcome": None, "told_ms": 0,
    "view": json.loads(view_json(a_view(
        {"to": "x" * 5_000, "note": "\x1b[2J"}, effect="Pay \u200b1 EUR"
    ))),
}  # fmt: skip


class Desk:
    """Questions in memory."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = {row["id"]: row for row in rows}
        self.denied: list[tuple[str, str]] = []
        self.fails: Exception | None = None

    def listed(self):
        if self.fails:
            raise self.fails
        return list(self.rows.values())

    def question(self, approval_id):
        return self.rows[approval_id]

    def deny(self, approval_id, reason):
        self.denied.append((approval_id, reason))
        return {**self.rows.pop(approval_id), "status": "denied"}

    def link(self, approval_id):
        return f"http://localhost:8470/a/{approval_id}"


class Browser:
    def __init__(self, works=True) -> None:
        self.works, self.opened = works, []

    def __call__(self, link):
        self.opened.append(link)
        return self.works


async def at_rest(pilot):
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@pytest.fixture
def desk():
    return Desk(ROW, {**ROW, "id": "apr_2"})


async def press(pilot, *keys):
    await pilot.press(*keys)
    await pilot.pause()


async def test_the_queue_is_shown_and_enter_opens_a_question_and_answers_nothing(desk):
    app = Review(desk, Browser())
    async with app.run_test() as pilot:
        await at_rest(pilot)
        assert app.query_one("DataTable").row_count == 2
        await press(pilot, "enter")
        await at_rest(pilot)
        assert isinstance(app.screen, Question)
        await press(pilot, "enter", "enter", "y", "a")
        assert desk.denied == []
        assert set(desk.rows) == {"apr_1", "apr_2"}


async def test_a_no_needs_a_reason_and_goes_to_the_chosen_question(desk):
    app = Review(desk, Browser())
    async with app.run_test() as pilot:
        await at_rest(pilot)
        await press(pilot, "down", "d")
        assert isinstance(app.screen, Reason)
        await press(pilot, "enter")  # empty: nothing is said
        assert desk.denied == []
        await press(pilot, "n", "o", "enter")
        await at_rest(pilot)
        assert desk.denied == [("apr_2", "no")]
        assert app.query_one("DataTable").row_count == 1


async def test_escape_takes_a_no_back(desk):
    app = Review(desk, Browser())
    async with app.run_test() as pilot:
        await at_rest(pilot)
        await press(pilot, "d", "x", "escape")
        await at_rest(pilot)
        assert desk.denied == []


async def test_deny_from_the_question_goes_back_to_the_queue(desk):
    app = Review(desk, Browser())
    async with app.run_test() as pilot:
        await at_rest(pilot)
        await press(pilot, "enter")
        await at_rest(pilot)
        await press(pilot, "d", "n", "enter")
        await at_rest(pilot)
        assert desk.denied == [("apr_1", "n")]
        assert not isinstance(app.screen, Question)


@pytest.mark.parametrize(("works", "said"), [(True, "Opened"), (False, "Open http")])
async def test_a_yes_is_said_in_the_browser_page(desk, works, said):
    app, browser = Review(desk, (found := Browser(works))), found
    async with app.run_test() as pilot:
        await at_rest(pilot)
        await press(pilot, "o")
        await at_rest(pilot)
        assert browser.opened == ["http://localhost:8470/a/apr_1"]
        assert said in str(app.query_one("#said").render())
        assert set(desk.rows) == {"apr_1", "apr_2"}


async def test_nothing_on_any_screen_approves(desk):
    names = [b.action for one in (Review, Question, Reason) for b in one.BINDINGS]
    assert not [one for one in names if "approve" in one or "yes" in one]


async def test_a_guard_that_is_gone_is_said_and_the_queue_stays(desk):
    app = Review(desk, Browser())
    async with app.run_test() as pilot:
        await at_rest(pilot)
        desk.fails = Refused("The guard does not answer.", code="guard_not_running")
        await press(pilot, "r")
        await at_rest(pilot)
        assert "does not answer" in str(app.query_one("#said").render())
        assert app.query_one("DataTable").row_count == 2


def test_every_argument_is_shown_whole_and_nothing_is_hidden():
    text = "\n".join([text_of(ROW), *cells(ROW)])
    assert "x" * 5_000 in text
    for hidden in ("\u202e", "\u200b", "\x1b"):
        assert hidden not in text
    assert "<U+202E>" in text


def test_each_argument_has_a_line_of_its_own_with_where_it_came_from():
    told = text_of({**ROW, "view": json.loads(view_json(a_view({"note": "a\nb", "to": "ana"})))})
    rows = told.splitlines()
    assert '    to = "ana"' in rows
    assert '    note = "a\\nb"' in rows
    assert any(one.startswith("  Because    ") for one in rows)
    assert '"arguments"' not in told


def test_a_question_that_cannot_be_shown_says_so_and_shows_no_part_of_it():
    told = text_of({**ROW, "view": {"effect": "Pay 1 EUR"}})
    assert "view_unreadable" in told
    assert "Pay 1 EUR" not in told


def test_without_a_terminal_it_says_what_to_use(capsys):
    assert main(["review"]) == 3
    assert "no_terminal" in capsys.readouterr().err
