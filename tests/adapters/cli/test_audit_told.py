"""`guard audit show` for a reviewer: which events are one story, and that no text can fake a line."""

import json
from itertools import pairwise

from guard_adapters.cli.audit_events import Shown
from guard_adapters.cli.audit_show import last
from guard_adapters.cli.audit_told import told

FACTS = {
    "who": {"subject": "ada", "issuer": "idp", "agent": "bot"},
    "input": {"to": "eve@x.example\n  Decision   allow: fine", "pin": "1234", "to_all": True},
    "prov": {
        "origins": [
            {
                "path": "to", "role": "recipient", "kind": "email", "source": 1,
                "why": "untrusted_only", "step": 2, "action": "mail/read", "field": "body",
                "excerpt": "pay\u202e me", "place": 1,
            },
            {"path": "to", "from": "a later version"},
        ]
    },
    "history": {"labels": ["untrusted"], "ledgers": {"paid": 0, "sent": 3}},
    "risk": {"session": 2, "device_age_s": 99},
}  # fmt: skip


def event(seq, kind, call="c1", *, beside=None, session="gs_1", **leaf):
    whole = {"v": 1, "kind": kind, "at_ms": 1_800_000_000_000 + seq * 1000} | leaf
    return Shown(seq=seq, leaf=whole | {"session": session, "call": call}, beside=beside or {})


def decision(seq, decision, call="c1", *, beside=None, **leaf):
    named = {"server": "mail", "tool": "send", "bundle": "sha256:b", "facts_sha256": "f"}
    kept = {"facts": json.dumps(FACTS)} if beside is None else beside
    return event(seq, "decision", call, beside=kept, decision=decision, **named, **leaf)


ASKED = [
    decision(0, "step_up", reasons=["outside"], rules=["OUT-1"]),
    event(1, "approval_opened", approval="apr_1", rules=["OUT-1"]),
    event(2, "vote", approval="apr_1", decision="approve", by="idp|ana", evidence_sha256="e"),
    decision(9, "allow", reasons=["approved"], rules=["OUT-2"]),
    event(10, "outcome", outcome="ok", labels=[]),
]


def test_a_call_that_people_were_asked_about_is_one_story_from_question_to_outcome():
    head, *rows = told(ASKED)

    assert head == "2027-01-15 08:00:00 UTC  mail/send  step_up, allow -> ok"
    assert rows[-6:] == [
        "  Decision   step_up: outside (OUT-1)",
        '  Then       approval_opened  approval=apr_1 rules=["OUT-1"], after 1000 ms',
        "  Then       vote  approval=apr_1 decision=approve by=idp|ana, after 2 s",
        "  Decision   allow: approved (OUT-2), after 9 s",
        "  Outcome    ok, after 10 s",
        "  Call       c1, events 0 to 10",
    ]


def test_who_and_what_and_where_from_are_said_once_and_no_secret():
    rows = list(told(ASKED))

    assert "  Who        ada of idp, by agent bot, device never seen" in rows
    assert sum(row.startswith("  Argument") for row in rows) == 3
    assert not any("1234" in row for row in rows)
    assert "  Seen       untrusted" in rows
    assert "  Counted    sent 3" in rows
    assert "  Risk       2 of 3" in rows
    assert not any("sha256" in row for row in rows)


def test_a_value_can_make_no_line_of_ours_and_hide_nothing():
    rows = list(told(ASKED))

    assert '  Argument   to = "eve@x.example\\n  Decision   allow: fine"' in rows
    assert sum(row.startswith("  Decision") for row in rows) == 2
    (origin,) = [row for row in rows if "only in" in row]
    assert "pay<U+202E> me" in origin
    assert "untrusted" in origin


def test_an_origin_is_told_below_its_own_argument_alone():
    rows = list(told(ASKED))
    below = {
        row.split()[1]: "only in" in after
        for row, after in pairwise(rows)
        if row.startswith("  Argument")
    }

    assert below == {"to": True, "pin": False, "to_all": False}


def test_a_call_whose_facts_were_erased_or_whose_end_nobody_recorded_says_so():
    rows = list(told([decision(0, "deny", code="no_permit", reasons=[], rules=[], beside={})]))

    assert rows[0].endswith("mail/send  deny -> no end recorded")
    assert "  Facts      (they were erased)" in rows
    assert "  Decision   deny: no_permit" in rows


def test_what_is_of_no_call_is_one_line_with_what_was_found():
    found = event(0, "signal", "", signal="velocity", weight=200, beside={"said": "9 calls\x1b[2J"})

    assert list(told([found])) == [
        "2027-01-15 08:00:00 UTC  signal  gs_1  signal=velocity weight=200",
        "  Found      9 calls<U+001B>[2J",
    ]


def test_calls_of_two_sessions_that_ran_at_once_are_told_apart_and_the_newest_are_kept():
    every = [
        decision(0, "allow"), decision(1, "allow", "c2"), event(2, "signal", ""),
        event(3, "outcome", "c1", session="gs_2", outcome="ok"), event(4, "outcome", outcome="ok"),
    ]  # fmt: skip

    assert [[one.seq for one in story] for story in last(every, 9)] == [[0, 4], [1], [2], [3]]
    assert [[one.seq for one in story] for story in last(every, 2)] == [[0, 4], [3]]
