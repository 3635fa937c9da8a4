import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.audit.check import check_log, parsed_vkey, vkey
from guard.audit.event import Event, decided, finished
from guard.audit.tree import Checkpoint, NotProven, Tree, signed_note
from guard.model.call import Outcome, ToolCall
from guard.model.decision import Allow, Basis, Deny, Reason, Terms
from guard.model.facts import CallFacts, ClockFacts, Derived, Facts, Input
from guard.model.identity import Agent, Principal, Who

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
ORIGIN = "guardcall/audit"
WHO = Who(principal=Principal(issuer="i", subject="ada"), agent=Agent(id="bot"))
BASIS = Basis(bundle="b", slice="s")
YES = Allow(reasons=(Reason(code="read_only", rule="R1"),), terms=Terms(), basis=BASIS)


def facts(call_id):
    return Facts(
        call=CallFacts(id=call_id, session="gs_1", server="mail", tool="send", bytes_sha256="aa"),
        who=WHO,
        input=Input(values={"to": "x@example.com"}, derived=Derived()),
        clock=ClockFacts(at_ms=1000, hour=10, weekday=0),
    )


def decision(call_id, answer=YES):
    return decided(facts(call_id), answer, salt=b"s" * 16)


def ending(call_id, outcome=Outcome.OK):
    call = ToolCall(id=call_id, session="gs_1", server="mail", tool="send", arguments=b"{}")
    return finished(call, outcome, "", [], 2000)


def event(kind, call_id="", **leaf):
    return Event(kind=kind, at_ms=1000, session="gs_1", call=call_id, leaf=leaf)


class Log:
    """The rows that a store would keep."""

    def __init__(self, *events, sign_every=2):
        self.leaves, self.sides, self.notes, tree = [], {}, [], Tree()
        for seq, one in enumerate(events):
            text = json.dumps(one.body(), sort_keys=True, separators=(",", ":"))
            self.leaves.append((seq, text.encode()))
            if one.side:
                self.sides[seq] = json.dumps(dict(one.side))
            tree, _ = tree.appended(text.encode())
            if tree.size % sign_every == 0:
                self.sign(tree)

    def sign(self, tree):
        self.notes.append(
            signed_note(Checkpoint(origin=ORIGIN, size=tree.size, root=tree.root()), KEY)
        )

    def report(self, key=KEY):
        return check_log(self.leaves, self.sides, self.notes, ORIGIN, key.public_key())

    def codes(self):
        return [finding.code for finding in self.report().findings]


def whole(**more):
    return Log(decision("c1"), ending("c1"), decision("c2"), ending("c2"), **more)


def test_a_log_as_it_was_written_has_no_findings():
    report = whole().report()

    assert report.findings == ()
    assert (report.size, report.checkpoints, report.signed, report.erased) == (4, 2, 4, 0)


def test_what_comes_after_the_last_checkpoint_is_counted_as_unsigned():
    report = whole(sign_every=3).report()

    assert report.findings == ()
    assert (report.signed, report.unsigned) == (3, 1)


def test_an_empty_log_is_fine():
    assert Log().report().findings == ()


def test_a_log_that_nobody_signed_is_not_fine():
    assert whole(sign_every=9).codes() == ["checkpoint_missing"]


def test_another_key_makes_every_checkpoint_worthless():
    other = Ed25519PrivateKey.from_private_bytes(b"o" * 32)

    found = [one.code for one in whole().report(other).findings]

    assert found == ["checkpoint_signature", "checkpoint_signature", "checkpoint_missing"]


def test_a_changed_leaf_is_placed_between_two_checkpoints():
    log = whole()
    log.leaves[2] = (2, log.leaves[2][1].replace(b'"allow"', b'"aXlow"'))

    mismatch = next(f for f in log.report().findings if f.code == "root_mismatch")

    assert mismatch.seq == 2
    assert "from leaf 2 to 3" in mismatch.text
    assert log.report().signed == 2


def test_a_removed_leaf_is_a_gap():
    log = whole()
    del log.leaves[1]

    assert {"leaf_gap", "root_mismatch", "leaves_missing"} <= set(log.codes())


def test_leaves_cut_off_below_a_checkpoint_are_missed():
    log = whole()
    del log.leaves[3]

    assert "leaves_missing" in log.codes()


def test_two_checkpoints_of_one_size_that_differ_are_found():
    log = whole()
    log.notes.append(signed_note(Checkpoint(origin=ORIGIN, size=4, root=b"x" * 32), KEY))

    assert "root_mismatch" in log.codes()


def test_changed_facts_beside_a_decision_are_found():
    log = whole()
    log.sides[0] = log.sides[0].replace("x@example.com", "y@example.com")

    assert log.codes() == ["facts_changed"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"salt":"zz"}', "not json"])
def test_whatever_stands_beside_a_decision_in_place_of_its_facts_is_found(text):
    log = whole()
    log.sides[0] = text

    assert log.codes() == ["facts_changed"]


def test_erased_facts_are_counted_and_no_finding():
    log = whole()
    del log.sides[0]

    assert log.report().erased == 1
    assert log.codes() == []


def test_a_call_that_ran_without_a_decision_is_found():
    assert Log(event("signal"), ending("c1")).codes() == ["outcome_undecided"]


def test_a_denied_call_that_ran_is_found():
    no = decision("c1", Deny(code="no_rule"))

    assert Log(no, ending("c1")).codes() == ["outcome_undecided"]


def test_a_refused_call_needs_no_decision():
    assert Log(event("signal"), ending("c1", Outcome.REFUSED)).codes() == []


def test_a_call_that_was_let_through_and_never_ended_is_found():
    assert Log(event("signal"), decision("c1")).codes() == ["outcome_missing"]


def test_a_call_whose_outcome_was_resolved_later_has_ended():
    assert Log(decision("c1"), event("outcome_resolved", "c1")).codes() == []


def test_a_call_that_ended_twice_is_found():
    log = Log(decision("c1"), ending("c1"), ending("c1"), event("signal"))

    assert log.codes() == ["outcome_twice"]


def test_an_approval_that_was_used_twice_is_found():
    log = Log(
        event("approval_opened", approval="a"),
        event("consume", approval="a"),
        event("consume", approval="a"),
        event("signal"),
    )

    assert log.codes() == ["approval_used_twice"]


def test_an_approval_that_nobody_asked_for_is_found():
    assert Log(event("signal"), event("consume", approval="a")).codes() == ["approval_unasked"]


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"\xff", b'{"b":1,"a":2}', b"[" * 9000])
def test_a_leaf_that_is_no_event_is_found(data):
    log = Log(event("signal"), sign_every=1)
    log.leaves[0] = (0, data)

    assert set(log.codes()) == {"root_mismatch", "leaf_malformed"}


def test_the_key_of_a_log_can_be_written_down_and_read_again():
    name, key = parsed_vkey(vkey(ORIGIN, KEY.public_key()))

    assert (name, key.public_bytes_raw()) == (ORIGIN, KEY.public_key().public_bytes_raw())


@pytest.mark.parametrize("change", [("guardcall", "other"), ("+", "-"), ("=", "")])
def test_a_key_under_another_name_is_refused(change):
    text = vkey(ORIGIN, KEY.public_key()).replace(*change)

    with pytest.raises(NotProven, match="vkey_malformed"):
        parsed_vkey(text if text != vkey(ORIGIN, KEY.public_key()) else text[:-4])
