"""Sequences and distinct values: never less than what a reader of the whole history would say."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.model.call import Outcome, ToolSpec
from guard.model.facts import Derived, Input
from guard.model.ledger import LedgerSpec, SequenceStep
from guard.session.chains import End, kinds_of_end, labelled, own, settle, values
from guard.session.history import Step
from guard.session.plan import DENIED, charges_of, plan_of
from guard.session.pool_key import Subjects
from guard.session.stored_tallies import tally_from, tally_json
from guard.session.tally import MARKS, LedgerState
from tests.many import many

NOW = 1_767_607_200_000
SPECS = {
    "read": ToolSpec(server="s", tool="read", effect=frozenset({"read"})),
    "send": ToolSpec(server="s", tool="send", effect=frozenset({"write", "egress"})),
    "note": ToolSpec(server="s", tool="note", effect=frozenset({"write"})),
}
LEAK = LedgerSpec(
    name="leak",
    kind="sequence",
    of="any",
    window_ms=1_800_000,
    steps=(SequenceStep(event="label", label="secret"), SequenceStep(event="request", of="egress")),
    unless="approved",
)
NOTHING = Input(values={}, derived=Derived())


class Story:
    """One session's ledger, fed call by call."""

    def __init__(self, ledger):
        self.ledger, self.state, self.now, self.running = ledger, LedgerState(), NOW, []

    def asks(self, tool, given=NOTHING):
        """Return the ledger's value for a call of this tool now."""
        plan = plan_of((self.ledger,), SPECS[tool], Subjects())
        read, overflow = values(plan, own(self.state, self.running), given, self.now)
        assert not overflow
        return read[self.ledger.name]

    def starts(self, tool, given=NOTHING):
        charges = charges_of(plan_of((self.ledger,), SPECS[tool], Subjects()), given)
        step = Step(
            n=len(self.running) + 1, call=f"c{len(self.running)}", action=f"s/{tool}",
            classes=SPECS[tool].effect, at_ms=self.now, charges=charges,
        )  # fmt: skip
        self.running.append(step)

    def restarts(self):
        """Keep nothing but what a store holds."""
        kept = {
            key: tally_from(*json.loads(tally_json(one))) for key, one in self.state.tallies.items()
        }
        self.state = LedgerState(tallies=kept)

    def ends(self, outcome="ok", labels=(), *, approved=False, denied=False, found=None):
        step = self.running.pop(0)
        kinds = kinds_of_end(Outcome(outcome), denied=denied, approved=approved)
        end = End(kinds=kinds, at_ms=self.now, labels=frozenset(labels), found=found or {})
        self.state = settle(self.state, step.charges, end)

    def did(self, tool, outcome="ok", labels=(), given=NOTHING, **how):
        self.starts(tool, given)
        self.ends(outcome, labels, **how)
        return self


def test_what_a_secret_is_followed_by_is_told_from_what_came_before_it():
    story = Story(LEAK)
    assert story.asks("send") is False
    story.did("send").did("read", labels=["secret"])
    assert story.asks("send") is True
    assert story.asks("note") is False


def test_a_sequence_is_over_when_its_time_is():
    story = Story(LEAK).did("read", labels=["secret"])
    story.now += 1_800_000
    assert story.asks("send") is True
    story.now += 1
    assert story.asks("send") is False


def test_a_clock_that_steps_back_ends_no_sequence():
    story = Story(LEAK).did("read", labels=["secret"])
    story.now -= 10_000_000
    assert story.asks("send") is True


def test_a_yes_ends_the_run_and_a_new_secret_begins_one():
    story = Story(LEAK).did("read", labels=["secret"]).did("send", approved=True)
    assert story.asks("send") is False
    story.did("read", labels=["secret"])
    assert story.asks("send") is True


def test_a_call_that_did_not_run_is_no_step():
    twice = LedgerSpec(
        name="twice", kind="sequence", of="any",
        steps=(SequenceStep(event="request", of="s/note"), SequenceStep(event="request", of="egress")),
    )  # fmt: skip
    assert Story(twice).did("note", "refused", denied=True).asks("send") is False
    assert Story(twice).did("note", "unknown").asks("send") is True


def test_two_calls_under_way_see_each_other_in_the_order_of_admission():
    twice = LedgerSpec(
        name="twice", kind="sequence", of="any",
        steps=(SequenceStep(event="request", of="s/note"), SequenceStep(event="request", of="egress")),
    )  # fmt: skip
    story = Story(twice)
    story.starts("note")
    assert story.asks("send") is True


def test_labels_that_enter_as_the_call_leaves_are_steps_already():
    story = Story(LEAK)
    charges = charges_of(plan_of((LEAK,), SPECS["read"], Subjects()), NOTHING)
    story.state = labelled(story.state, charges, frozenset({"secret"}), NOW)
    assert story.asks("send") is True


PATTERNS = ["AB", "ABC", "AA", "AAB", "ABA"]
TOOL = {"A": "read", "B": "send", "C": "note"}


def naive(pattern, within, history, at):
    """Return whether the whole history, read anew, has a run that a last call ends now."""

    def runs(step, after, began):
        if step == len(pattern) - 1:
            return at - began <= within
        return any(
            runs(step + 1, key, began if step else when)
            for key, (letter, when) in enumerate(history)
            if key > after and letter == pattern[step] and (step == 0 or when - began <= within)
        )

    return runs(0, -1, at)


@settings(deadline=None, max_examples=many(150))
@given(
    st.sampled_from(PATTERNS),
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 400)), max_size=12),
)
def test_the_automaton_says_what_a_reader_of_all_history_says(pattern, events):
    steps = tuple(SequenceStep(event="request", of=f"s/{TOOL[one]}") for one in pattern)
    ledger = LedgerSpec(name="p", kind="sequence", of="any", window_ms=1_000, steps=steps)
    story, history = Story(ledger), []
    for letter, pause in events:
        story.now += pause
        for tool in "ABC":
            wanted = tool == pattern[-1] and naive(pattern, 1_000, history, story.now)
            assert story.asks(TOOL[tool]) is wanted
        story.did(TOOL[letter])
        history.append((letter, story.now))


EVENTS = ["request", "response", "error", "denied", "approved"]
MADE = {"ok": ["request", "response"], "error": ["request", "error"], "unknown": ["request"]}
"""What an end means, in its order; a call that was refused is only `denied`."""


@settings(deadline=None, max_examples=many(150))
@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(EVENTS)), min_size=1, max_size=3),
    st.lists(
        st.tuples(
            st.sampled_from("AB"),
            st.sampled_from([*MADE, "refused"]),
            st.booleans(),
            st.integers(1, 400),
        ),
        max_size=10,
    ),
)
def test_each_kind_of_event_is_a_step_as_a_reader_of_all_history_sees_it(before, calls):
    pattern = [*before, ("C", "request")]
    steps = tuple(SequenceStep(event=event, of=f"s/{TOOL[one]}") for one, event in pattern)
    ledger = LedgerSpec(name="p", kind="sequence", of="any", window_ms=1_000, steps=steps)
    story, history = Story(ledger), []
    for letter, outcome, approved, pause in calls:
        story.now += pause
        story.did(TOOL[letter], outcome, approved=approved, denied=True)
        events = MADE.get(outcome, ["denied"])
        if approved and outcome in MADE:
            events = ["approved", *events]
        history += [((letter, event), story.now) for event in events]
        assert story.asks("note") is naive(pattern, 1_000, history, story.now)


def to(*people):
    return Input(values={}, derived=Derived(recipients=frozenset(people)))


PEOPLE = LedgerSpec(
    name="people", kind="distinct", of="egress", path="derived.recipients", window_ms=600_000
)


def test_receivers_are_counted_once_each_with_those_under_way_and_ones_own():
    story = Story(PEOPLE).did("send", given=to("ada", "bob"))
    assert story.asks("send", to("bob")) == 2
    story.starts("send", to("kim"))
    assert story.asks("send", to("bob", "lee")) == 4
    assert story.asks("read") == 3


def test_receivers_of_a_call_that_did_not_run_are_none():
    assert Story(PEOPLE).did("send", "refused", given=to("ada")).asks("send", to("bob")) == 1


def test_receivers_are_forgotten_after_their_window():
    story = Story(PEOPLE).did("send", given=to("ada"))
    story.now += 600_001
    assert story.asks("send", to("bob")) == 1


@pytest.mark.parametrize("events", [10, 2_000])
def test_a_sequence_is_as_small_after_many_events_as_after_few(events):
    story = Story(LEAK)
    for _ in range(events):
        story.did("read", labels=["secret"]).did("note")
        story.now += 1
    assert sum(len(one.marks) for one in story.state.tallies.values()) == 1


LOOKED = LedgerSpec(
    name="looked", kind="sequence", of="any", window_ms=60_000,
    steps=(
        SequenceStep(event="response", of="s/read", match="result.id"),
        SequenceStep(event="request", of="s/note", match="input.of"),
        SequenceStep(event="request", of="egress", match="input.to"),
    ),
)  # fmt: skip


def arg(**values):
    return Input(values=values, derived=Derived())


def test_steps_that_are_tied_by_a_value_are_one_run_for_each_value():
    story = Story(LOOKED)
    story.did("read", found={"id": "a"}).did("read", found={"id": "b"})
    story.did("note", given=arg(of="a"))
    said = {to: story.asks("send", arg(to=to)) for to in "abc"}
    assert said == {"a": True, "b": False, "c": False}
    assert story.asks("send", arg(other="a")) is False
    story.now += 60_001
    assert story.asks("send", arg(to="a")) is False


def test_a_result_without_the_value_begins_no_run():
    story = Story(LOOKED).did("read", found={"name": "a"}).did("note", given=arg(of="a"))
    assert story.asks("send", arg(to="a")) is False


def test_a_tied_call_under_way_is_a_step_of_its_own_value_only():
    story = Story(LOOKED).did("read", found={"id": "a"}).did("read", found={"id": "b"})
    story.starts("note", arg(of="b"))
    assert [story.asks("send", arg(to=to)) for to in "ab"] == [False, True]


def test_a_last_step_about_several_values_is_answered_only_where_they_agree():
    story = Story(LOOKED)
    story.did("read", found={"id": "a"}).did("note", given=arg(of="a"))
    story.did("read", found={"id": "b"}).did("note", given=arg(of="b"))
    both, mixed = arg(to=frozenset({"a", "b"})), arg(to=frozenset({"a", "x"}))
    assert story.asks("send", both) is True
    assert story.asks("send", arg(to=frozenset({"x", "y"}))) is False
    plan = plan_of((LOOKED,), SPECS["send"], Subjects())
    assert values(plan, own(story.state, ()), mixed, story.now) == (
        {"looked": False, DENIED.name: 0},
        True,
    )


def test_more_values_than_are_remembered_are_reported_until_they_fade():
    story = Story(LOOKED)
    for n in range(MARKS + 1):
        story.did("read", found={"id": str(n)})
    plan = plan_of((LOOKED,), SPECS["send"], Subjects())
    assert values(plan, own(story.state, ()), arg(to="1"), story.now)[1] is True
    assert values(plan, own(story.state, ()), arg(to="1"), story.now + 60_001)[1] is False
    assert sum(len(one.marks) for one in story.state.tallies.values()) == MARKS


@settings(deadline=None, max_examples=many(100))
@given(
    st.sampled_from(["AB", "AAB", "ABA"]),
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from("xy"), st.integers(1, 400)), max_size=12
    ),
)
def test_a_tied_automaton_is_one_automaton_for_each_value(pattern, events):
    steps = tuple(
        SequenceStep(event="request", of=f"s/{TOOL[one]}", match="input.to") for one in pattern
    )
    ledger = LedgerSpec(name="p", kind="sequence", of="any", window_ms=1_000, steps=steps)
    story, history = Story(ledger), {"x": [], "y": []}
    for letter, value, pause in events:
        story.now += pause
        for tool in "ABC":
            for to in "xy":
                wanted = tool == pattern[-1] and naive(pattern, 1_000, history[to], story.now)
                assert story.asks(TOOL[tool], arg(to=to)) is wanted
        story.did(TOOL[letter], given=arg(to=value))
        story.restarts()
        history[value].append((letter, story.now))
