import pytest

from guard.model.call import Outcome, ToolResult, ToolSpec
from guard.model.labels import Label, Secrecy, Trust
from guard.session.intent import parse_intent
from guard.session.provenance import labels_of, origins

PAY = ToolSpec(server="bank", tool="pay", effect=frozenset({"write"}))
RAW = {
    "purpose": 'Pay invoice 42 to DE89, subject "June rent", cc ada@corp.example.',
    "args": {"bank/pay": {"memo": {"in": ["rent", "deposit"]}, "days": {"eq": 3}}},
}
UNTRUSTED = frozenset({"untrusted", "untrusted_web"})


def task(by="host"):
    return parse_intent(RAW, declared_by=by, max_bytes=4096)


def of(values, labels=frozenset(), intent="host"):
    return origins(labels, PAY, values, task(intent) if intent else None)


@pytest.mark.parametrize(
    ("path", "value", "mine"),
    [
        ("recipient", "DE89", True),
        ("recipient", "DE8", False),
        ("recipient", "DE890", False),
        ("recipient", "de89", False),
        ("invoice", 42, True),
        ("invoice", "42", True),
        ("invoice", 4, False),
        ("invoice", True, False),
        ("subject", "June rent", True),
        ("subject", "invoice 42", False),
        ("cc", "ada@corp.example", True),
        ("cc", "ada@corp.example.evil", False),
        ("memo", "rent", True),
        ("other", "deposit", False),
        ("days", 3, True),
        ("days", "3", False),
        ("empty", "", False),
        ("nothing", None, False),
        ("list", ["DE89", 42], True),
        ("list", ["DE89", "DE90"], False),
        ("list", [], False),
    ],
)
def test_only_whole_values_are_the_persons(path, value, mine):
    assert (path in of({path: value}).user_prompt) is mine
    assert (path in of({path: value}).model) is not mine


@pytest.mark.parametrize("by", ["agent", None])
def test_words_that_nobody_authenticated_said_are_nobodys(by):
    assert of({"recipient": "DE89"}, intent=by).user_prompt == frozenset()


def test_after_an_untrusted_result_every_other_value_is_untrusted():
    got = of({"recipient": "DE89", "memo": "hello", "n": 7}, UNTRUSTED)
    assert got.user_prompt == {"recipient"}
    assert got.untrusted == {"memo", "n"}
    assert got.model == frozenset()


def test_after_a_secret_every_value_that_the_person_did_not_give_may_be_it():
    got = of({"recipient": "DE89", "memo": "hello"}, frozenset({"secret"}))
    assert got.secret == {"memo"}
    assert got.model == {"memo"}


def test_an_array_is_untrusted_if_one_element_is():
    assert of({"to": ["DE89", "eve"]}, UNTRUSTED).untrusted == {"to"}


def test_nested_values_have_dotted_paths():
    got = of({"a": {"b": ["DE89"], "c": [{"d": "x"}]}}, UNTRUSTED)
    assert got.user_prompt == {"a.b"}
    assert got.untrusted == {"a.c.d"}


def test_every_argument_has_exactly_one_origin():
    values = {"a": "DE89", "b": ["x"], "c": {"d": None}, "e": []}
    got = of(values, UNTRUSTED)
    assert got.user_prompt | got.untrusted == {"a", "b", "c.d", "e"}
    assert not got.user_prompt & got.untrusted


def test_nothing_is_trusted_only_because_a_tool_is():
    assert of({"a": "x"}).trusted_tool == frozenset()


def test_a_result_brings_the_label_of_its_tool_and_what_was_found_in_it():
    result = ToolResult(outcome=Outcome.OK, labels=frozenset({"secret"}))
    assert labels_of(PAY, result) == {"untrusted", "untrusted_bank", "secret"}
    trusted = ToolSpec(
        server="bank",
        tool="pay",
        effect=PAY.effect,
        output=Label(trust=Trust.TRUSTED, secrecy=Secrecy.PUBLIC),
    )
    assert labels_of(trusted, ToolResult(outcome=Outcome.OK)) == frozenset()
