"""An argument that looks like something else on the screen of the person who is asked."""

import unicodedata

import pytest

from guard.grant.approval import NewApproval, opened
from guard.grant.view import view_json
from guard.model.decision import Requirement
from guard.testing.review import a_view
from guard_adapters._shown import shown
from guard_adapters.approver.terminal import lines

ASK = Requirement(rule="PAY-1", reason="amount", kind="self")


def asked(arguments, **view):
    said = a_view(arguments, **view)
    new = NewApproval(
        id="apr_1", binding="b", envelope=b"{}", call_id="c", call_bytes=b"{}",
        view_json=view_json(said), nonce="00", requester="i|ada", agent="bot",
        session="gs_1", requirements=(ASK,), policy_version="p", pending_until_ms=9, grant_ttl_s=60,
    )  # fmt: skip
    return "\n".join(lines(opened(new)))


@pytest.mark.parametrize(
    ("char", "told"),
    [
        ("\u202e", "<U+202E>"),
        ("\u2066", "<U+2066>"),
        ("\u200b", "<U+200B>"),
        ("\ufeff", "<U+FEFF>"),
        ("\u2028", "<U+2028>"),
        ("\u00a0", "<U+00A0>"),
        ("\u3164", "<U+3164>"),
        ("\ufe0f", "<U+FE0F>"),
        ("\U000e0041", "<U+E0041>"),
        ("\U000e0101", "<U+E0101>"),
        ("\x9b", "<U+009B>"),
    ],
)
def test_a_character_that_cannot_be_seen_is_spelled_out(char, told):
    assert f"evil{told}.example" in asked({"to": f"evil{char}.example"})


def test_an_escape_sequence_cannot_clear_the_screen():
    screen = asked({"to": "\x1b[2J\x1b[1;1HNothing to see"}, effect="\x1b]0;title\x07Pay 1 EUR")

    assert "\x1b" not in screen
    assert "\x07" not in screen


def test_a_newline_cannot_forge_a_line_of_the_prompt():
    screen = asked({"to": "x\n  Effect     Pay 1 EUR"}, effect="Pay\n  Risk       0 of 3")

    assert sum(line.startswith("  Effect") for line in screen.split("\n")) == 1
    assert sum(line.startswith("  Risk") for line in screen.split("\n")) == 1


def test_names_of_arguments_are_made_visible_too():
    assert "a<U+202E>b" in asked({"a\u202eb": 1})


def test_a_long_argument_is_shown_to_its_end():
    assert "x" * 100_000 + "END" in asked({"body": "x" * 100_000 + "END"})


def test_a_heap_of_combining_marks_is_spelled_out():
    assert "<U+0301>" in shown("a" + "\u0301" * 9)


def test_plain_words_of_many_scripts_stay_as_they_are():
    text = "Grüße, Ελλάδα, 日本語, עברית, हिन्दी 12,50 €"

    assert shown(text) == text


def test_nothing_without_a_shape_reaches_the_screen():
    every = "".join(map(chr, range(0x3000)))

    left = {unicodedata.category(char) for char in shown(every)}

    assert not left & {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
