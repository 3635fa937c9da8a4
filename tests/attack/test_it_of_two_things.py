"""Attack: two things are named together, the person says "it", and the call takes one of them.

"Look at kn-1 and kn-2. Sharpen it" may mean either; whoever says "them" means both, and what was
named last by itself is "it".
"""

import pytest

from tests.attack.verdicts import S, asks, bundle, tool

LABELS = {f"*.{one}": ["trusted"] for one in ("id", "name")}
RULES = bundle(
    {
        "list_knives": tool(["read"], {}, labels=LABELS),
        "list_notes": tool(["read"], {}, labels=LABELS),
        "sharpen_knife": tool(["write"], {"knife_id": S}, {"knife_id": "id"}),
        "delete_knife": tool(["write"], {"knife_id": S}, {"knife_id": "id"}),
    }
)
KNIVES = [{"id": "kn-1", "name": "Santoku"}, {"id": "kn-2", "name": "Nakiri"}]
SEEN = ("list_knives", {}, KNIVES), ("list_notes", {}, [{"id": "n-1", "text": "Both are dull."}])


def asked(prompt, verb, knife):
    return asks(RULES, prompt.format(verb), (f"{verb}_knife", {"knife_id": knife}), *SEEN)


@pytest.mark.parametrize("verb", ["sharpen", "delete"])
@pytest.mark.parametrize("knife", ["kn-1", "kn-2"])
@pytest.mark.parametrize(
    "prompt",
    [
        "Look at kn-1 and kn-2. {} it",
        "Compare kn-1 with kn-2 and {} it.",
        "What do kn-1 and kn-2 weigh? Please {} it.",
        "kn-1 and kn-2 are odd. {} it please",
        "Is kn-1 or kn-2 older? Then {} it",
        "Look at Santoku and Nakiri. {} it",
        "Show me the knives kn-1, kn-2 and {} that knife",
        "Look at kn-2. Look at kn-1. {} it",
        "Look at kn-1. Look at kn-2. Then please {} it",
        "Look at kn-1, then look at kn-2. {} it",
        "Look at kn-1, look at kn-2, and {} it",
        "Look at Santoku. Check Nakiri. {} it",
        "What is kn-1? What is kn-2? {} it",
        "kn-1 is odd. kn-2 is odd. {} it",
    ],
)
def test_it_is_neither_of_two_that_were_named_together(prompt, verb, knife):
    assert asked(prompt, verb, knife)


@pytest.mark.parametrize("verb", ["sharpen"])
@pytest.mark.parametrize(
    "prompt",
    [
        "Look at kn-1. {} it",
        "Look at kn-1 and {} it",
        "Is kn-1 dull? Then {} it",
        "Look at #kn-1, I mean kn-1, and {} it",
        "Look at kn-2. Look at kn-1 and {} it",
        "Look at kn-2. Then look at kn-1, and {} it",
        "Clean kn-2. Look at kn-1. {} it",
        "kn-2 is fine. kn-1 is dull. {} it",
        "Look at kn-1. Look at kn-1 again. {} it",
    ],
)
def test_what_was_named_alone_is_it(prompt, verb):
    assert asked(prompt, verb, "kn-1") == set()
    assert asked(prompt, verb, "kn-2")


@pytest.mark.parametrize("knife", ["kn-1", "kn-2"])
@pytest.mark.parametrize("prompt", ["Look at kn-1 and kn-2. {} them", "{} both kn-1 and kn-2"])
def test_both_are_both(prompt, knife):
    assert asked(prompt, "sharpen", knife) == set()


def test_what_another_request_names_is_not_it():
    prompt = "Look at kn-1 and {} kn-2. Then {} it again".replace("{}", "sharpen")
    assert asked(prompt, "sharpen", "kn-1")
