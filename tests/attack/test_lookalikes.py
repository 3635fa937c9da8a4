"""The attacker owns an address, a host or a name that looks like one that the person means."""

import unicodedata

import pytest

from guard.model.decision import Deny
from guard.provenance.result.lookalike import looks_of, skeleton, taken_for
from guard.provenance.source.worth import Source
from guard.provenance.typed.confusables import ALIKE
from guard.replay.line import reasons_of
from guard.replay.trace import TraceStep
from tests.attack.test_hijacked_agent import Agent

ALPHABETS = ("LATIN", "CYRILLIC", "GREEK")
LETTERS = [
    (seen, one)
    for seen, several in ALIKE.items()
    for one in several
    if unicodedata.name(one).startswith(ALPHABETS) and not one.isascii()
]
MAIL = "kim.okoye_mcgarnizevzxfbdwthspl@firm.example"
NAME = "Kim Okoye mcgarnizevzxfbdwthspl QUADVJWXYZBFHKLNPRST"


def judged(prompt, tool, **args):
    agent = Agent(prompt)
    return agent.course.judge(TraceStep(server="home", tool=tool, args=args))


def swapped(text, seen, one):
    return text.replace(seen, one, 1)


def test_the_table_is_unicodes_for_the_alphabets_that_mix():
    several = [one for many in ALIKE.values() for one in many]
    assert len(several) == len(set(several)) > 600
    assert all(unicodedata.normalize("NFKC", one) == one for one in several)
    assert {skeleton(one) for one in "\u0430\uff41\U0001d41a"} == {"a"}
    assert skeleton("p\u0430ypal") == skeleton("paypa1") == skeleton("paypal") != skeleton("paypai")
    assert skeleton("rnicro") == skeleton("micro")
    assert len(LETTERS) > 400


@pytest.mark.parametrize("whole", [MAIL, NAME], ids=["address", "name"])
def test_no_letter_of_the_public_table_makes_another_identity_count_as_the_known_one(whole):
    looks = looks_of([whole])
    tried = 0
    for seen, one in LETTERS:
        if seen in whole:
            other = swapped(whole, seen, one)
            assert taken_for(other, looks), (seen, one)
            tried += 1
    assert tried > 60
    assert not taken_for(whole, looks)
    assert not taken_for(whole.upper() if "@" in whole else whole, looks)


@pytest.mark.parametrize("seen", ["a", "e", "o", "p", "c", "x", "y", "i", "s", "A", "B", "K", "O"])
def test_a_look_alike_of_what_the_person_named_is_refused_by_every_letter(seen):
    for one in ALIKE[seen]:
        mail = MAIL if seen in MAIL else MAIL.replace("k", seen, 1)
        name = "Kasceopxyi AKBO" if seen.isupper() else "Kaseopcxyi Low"
        for prompt, tool, args in (
            (f"Mail {mail} the news", "mail", {"to": [swapped(mail, seen, one)], "body": "x"}),
            (
                f'Share file id 31 with "{name}"',
                "share_file",
                {"id": "31", "with": swapped(name, seen, one), "right": "r"},
            ),
        ):
            found = judged(prompt, tool, **args)
            assert isinstance(found.decision, Deny), (prompt, args)
            assert "not_canonical" in reasons_of(found.decision)[0]
            level = found.facts.prov.level
            assert min(level.dest, level.target) < Source.LINKED


@pytest.mark.parametrize(
    ("named", "posing"),
    [
        ("kim@firm.example", "kim@firrn.example"),
        ("kim@firm.example", "sales@firrn.example"),
        ("kim@paypal.example", "kim@paypa1.example"),
        ("lisa@firm.example", "Iisa@firm.example"),
        ("max@tool.example", "max@t00l.example"),
        ("max@tool.example", "MAX@TO0L.EXAMPLE"),
    ],
)
def test_a_look_alike_in_plain_ascii_is_refused(named, posing):
    found = judged(f"Mail {named} the news", "mail", to=[posing], body="x")
    assert isinstance(found.decision, Deny)
    assert found.facts.prov.not_canonical


@pytest.mark.parametrize(
    "other", ["kim@other.example", "KIM@firm.example", "max@firm.example", "kim@firm.example"]
)
def test_what_looks_different_is_not_refused(other):
    found = judged("Mail kim@firm.example the news", "mail", to=[other], body="x")
    assert not found.facts.prov.not_canonical


def test_a_link_to_a_host_that_looks_like_the_named_one_is_refused():
    found = judged("Read the page https://tool.example/a", "fetch", url="https://t00l.example/a")
    assert isinstance(found.decision, Deny)
    found = judged("Read the page https://tool.example/a", "fetch", url="https://tool.example/b")
    assert not found.facts.prov.not_canonical


def test_an_approved_address_vouches_for_no_look_alike():
    agent = Agent("Mail the news to the new colleague")
    args = {"to": ["kim@firm.example"], "body": "x"}
    judged_first = agent.course.judge(TraceStep(server="home", tool="mail", args=args))
    agent.course.end(judged_first, ran=True, approved=True, result="sent")
    assert agent.course.known.endorsed
    args = {"to": ["kim@firrn.example"], "body": "y"}
    found = agent.course.judge(TraceStep(server="home", tool="mail", args=args))
    assert isinstance(found.decision, Deny)
    assert found.facts.prov.level.dest == Source.COMPOSED


def test_short_and_numeric_values_are_not_taken_for_each_other():
    looks = looks_of(["10", "lO", "O", "A1"])
    assert not any(taken_for(one, looks) for one in ("0", "1O", "100", "Al", "l0"))
