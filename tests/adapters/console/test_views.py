"""The pages without a browser: what is stored is shown, what cannot be shown cannot be approved."""

import json
from dataclasses import replace

from guard.model.review import Chain, ChainStep
from guard.model.sheets import name_of, weight
from guard.testing.review import a_view
from guard_adapters.console.fitting import fitting
from guard_adapters.console.looking import Logged, Part, Passage
from guard_adapters.console.picture import MOST_NODES, Link, drawn, picture_of
from guard_adapters.console.shapes import headline, lasting, moment
from guard_adapters.console.timeline import MOST_CALLS, timeline
from tests.adapters.console.desk import Desk


def decision(seq, call, step, *, origins=(), at_ms=0, **leaf):
    facts = {"history": {"step": step}, "prov": {"origins": list(origins)}}
    body = {
        "kind": "decision",
        "call": call,
        "server": "mail",
        "tool": "read",
        "at_ms": at_ms,
        **leaf,
    }
    return Logged(seq=seq, leaf=body, side={"facts": json.dumps(facts)})


def outcome(seq, call, labels=(), end="ok"):
    body = {"kind": "outcome", "call": call, "outcome": end, "labels": list(labels)}
    return Logged(seq=seq, leaf=body, side={})


def test_a_timeline_says_which_call_brought_a_label_in_first():
    line = timeline(
        Passage(
            rows=[
                decision(1, "a", 1),
                outcome(2, "a", ["untrusted"]),
                decision(3, "b", 2),
                outcome(4, "b", ["untrusted", "secret"]),
            ]
        )
    )
    assert [(one.step, one.brought) for one in line.calls] == [(1, ["untrusted"]), (2, ["secret"])]
    assert "Step 1, mail/read: untrusted text came in." in line.picture.told


def test_a_timeline_says_for_which_task_each_call_was():
    def under(row, purpose, *, declared=True):
        facts = json.loads(row.side["facts"])
        said = {"purpose": purpose, "declared": declared}
        return replace(row, side={"facts": json.dumps({**facts, "intent": said})})

    line = timeline(
        Passage(
            rows=[
                under(decision(1, "a", 1), "Pay Ann"),
                under(decision(2, "b", 2), "Pay Bob " + "x" * 400),
                under(decision(3, "c", 3), "mine", declared=False),
            ]
        )
    )
    first, second, third = (one.task for one in line.calls)
    assert (first, third) == ("Pay Ann", "")
    assert second.startswith("Pay Bob x")
    assert len(second) < 200


def test_a_timeline_draws_an_arc_from_the_result_to_the_call_that_used_it():
    origin = {"step": 1, "path": "to", "source": 1}
    line = timeline(
        Passage(rows=[decision(1, "a", 1), outcome(2, "a"), decision(3, "b", 2, origins=[origin])])
    )
    (arc,) = line.picture.arcs
    assert arc.untrusted
    assert line.calls[1].took == [(1, "to", True)]
    assert line.calls[1].outcome == "running"


def test_a_timeline_keeps_the_first_answer_and_the_question_of_a_call():
    line = timeline(
        Passage(
            rows=[
                decision(1, "a", 1, decision="step_up", rules=["PAY-1"]),
                Logged(
                    seq=2,
                    leaf={"kind": "approval_opened", "call": "a", "approval": "apr_1"},
                    side={},
                ),
                decision(3, "a", 1, decision="allow", rules=["OK"]),
                outcome(4, "a"),
            ]
        )
    )
    (one,) = line.calls
    assert (one.decision, one.rules, one.approval, one.outcome) == (
        "step_up", ["PAY-1"], "apr_1", "ok",
    )  # fmt: skip


def leaf(seq, kind, **more):
    return Logged(seq=seq, leaf={"kind": kind, "call": "a", **more}, side={})


def test_a_timeline_says_where_a_call_stands_until_it_is_known_how_it_ended():
    rows = [
        decision(1, "a", 1, decision="step_up"),
        leaf(2, "approval_opened", approval="apr_1"),
        leaf(3, "approval_opened", approval="apr_2", canary=True),
        decision(4, "a", 1, decision="allow"),
        leaf(5, "consume", approval="apr_1"),
        leaf(6, "outcome_resolved", outcome="unknown", why="process_ended"),
        leaf(7, "outcome_resolved", outcome="ok"),
    ]
    calls = [timeline(Passage(rows=rows[:upto])).calls[0] for upto in range(1, 8)]
    assert [one.outcome for one in calls] == [
        "waiting", "waiting", "waiting", "running", "running", "unknown", "ok",
    ]  # fmt: skip
    assert (calls[-1].approval, calls[-1].code) == ("apr_1", "process_ended")


def test_a_call_that_only_waited_is_refused_in_the_timeline_after_a_crash():
    rows = [
        decision(1, "a", 1, decision="step_up"),
        leaf(2, "outcome_resolved", outcome="refused", why="process_ended"),
    ]
    assert timeline(Passage(rows=rows)).calls[0].outcome == "refused"


def test_erased_facts_leave_the_line_and_take_the_arcs():
    row = decision(1, "a", 1)
    line = timeline(Passage(rows=[Logged(seq=1, leaf=row.leaf, side={"facts": "not json"})]))
    assert [one.action for one in line.calls] == ["mail/read"]
    assert line.picture.arcs == []


def test_the_picture_of_a_question_leads_from_calls_to_arguments():
    chain = Chain(
        opened_ms=0,
        step=2,
        steps=(ChainStep(n=1, action="mail/read\u202e", brought=("untrusted",), gave=("to",)),),
    )
    picture = picture_of(a_view({"to": "x"}, chain=chain))
    assert [(node.mark, node.label) for node in picture.nodes] == [
        ("untrusted", "1 mail/read<U+202E>"),
        ("argument", "to"),
    ]


def test_a_long_chain_is_drawn_to_its_newest_calls():
    rows = [(str(n), "step", "") for n in range(500)]
    picture = drawn(
        rows, [Link(start=0, end=499, untrusted=True), Link(start=498, end=499, untrusted=False)]
    )
    assert len(picture.nodes) == MOST_NODES
    assert len(picture.arcs) == 1


def test_moments_spans_and_names_are_written_as_people_write_them():
    assert moment(1_767_607_200_000) == "2026-01-05 10:00:00"
    assert [lasting(ms) for ms in (-1, 59_000, 119_999, 120_000, 7_200_000, 172_800_000)] == [
        "0 s", "59 s", "119 s", "2 min", "2 h", "2 d",
    ]  # fmt: skip
    assert name_of(("items", 0, "price")) == "items[0].price"
    assert name_of(()) == "(the call as it was written)"


def test_a_row_whose_view_cannot_be_read_stays_in_the_list():
    desk = Desk()
    row = desk.row(desk.asks(view_json=b"{}", action="bank/pay"))
    assert headline(row) == "Calls bank/pay; its view cannot be read"


def test_a_long_session_is_shown_a_page_at_a_time_and_no_call_is_lost_between_two():
    rows = []
    for n in range(150):
        rows += [decision(2 * n, f"c{n}", n + 1), outcome(2 * n + 1, f"c{n}")]
    seen, older = [], 10_000
    while older:
        below = [row for row in rows if row.seq < older]
        line = timeline(Passage(rows=below[-100:], older=len(below) > 100))
        seen = [one.step for one in line.calls] + seen
        assert len(line.calls) <= MOST_CALLS
        older = line.older

    assert seen == [*range(1, 151)]


def test_a_call_on_an_older_page_says_how_it_ended_or_that_it_did_later():
    rows = [decision(1, "a", 1), decision(2, "b", 2), decision(3, "c", 3)]
    later = [outcome(4, "a"), decision(5, "d", 4)]
    line = timeline(Passage(rows=rows, later=later), {"c"})

    assert [(one.call, one.outcome) for one in line.calls] == [
        ("a", "ok"), ("b", "later"), ("c", "running"),
    ]  # fmt: skip


def test_long_words_beside_the_calls_leave_fewer_of_them_on_a_page_and_none_out():
    said = [
        Logged(
            seq=n, leaf={"kind": "signal", "call": "", "at_ms": n, "why": "\u202e" * 400}, side={}
        )
        for n in range(30)
    ]
    seen, older = [], 10_000
    while older:
        line = timeline(Passage(rows=[one for one in said if one.seq < older]))
        assert sum(weight(one.why) for one in line.others) < 40_000
        seen, older = [one.seq for one in line.others] + seen, line.older

    assert seen == [*range(30)]


def test_a_page_of_heavy_lines_holds_fewer_and_leads_on():
    part = Part(rows=["x" * 9_000] * 5, skip=50)
    assert fitting(part, lambda one: [one], 20_000) == Part(
        rows=["x" * 9_000] * 2, skip=50, more=True
    )
    assert fitting(part, lambda one: [one], 10).upto == 51
    assert fitting(part, lambda one: [one], 90_000) == part
