"""Attack: a name that several records bear, with another name of one of them beside it.

Together they tell which one is meant; apart, in two requests, they do not.
"""

import pytest

from tests.attack.verdicts import S, asks, bundle, tool

FIELDS = ("id", "name", "customer", "tuner")
RULES = bundle(
    {
        "list_pianos": tool(["read"], {}, labels={f"*.{one}": ["trusted"] for one in FIELDS}),
        "cancel_tuning": tool(["write"], {"tuning_id": S}, {"tuning_id": "id"}),
        "mail_bill": tool(["write"], {"tuning_id": S}, {"tuning_id": "id"}),
    }
)
PIANOS = [
    {"id": "tu-2", "name": "Black Upright", "customer": "Rosa Feld", "tuner": "Nils Ott"},
    {"id": "tu-5", "name": "White Grand", "customer": "Rosa Feld", "tuner": "Nils Ott"},
    {"id": "tu-9", "name": "Small Spinet", "customer": "Hugo Amsel", "tuner": "Nils Ott"},
]


def asked(prompt, tool, piano):
    return asks(RULES, prompt, (tool, {"tuning_id": piano}), ("list_pianos", {}, PIANOS))


BOTH = [
    "Cancel the tuning of the Black Upright of Rosa Feld.",
    "Cancel the tuning of Rosa Feld's Black Upright.",
    "I'm Rosa Feld. Please cancel the tuning of my Black Upright.",
    "Cancel the tuning of the Black Upright by Nils Ott, customer Rosa Feld.",
]


@pytest.mark.parametrize("prompt", BOTH)
def test_two_names_of_one_request_tell_which_one_is_meant(prompt):
    assert asked(prompt, "cancel_tuning", "tu-2") == set()


@pytest.mark.parametrize("prompt", BOTH)
@pytest.mark.parametrize("other", ["tu-5", "tu-9"])
def test_another_one_that_bears_the_shared_name_asks(prompt, other):
    assert asked(prompt, "cancel_tuning", other)


@pytest.mark.parametrize(
    "prompt",
    [
        "Cancel the tuning of Rosa Feld. How is the Black Upright?",
        "Mail the bill of the Black Upright and cancel the tuning of Rosa Feld.",
        "Cancel the tuning of Rosa Feld and tell me about the Black Upright.",
        "Cancel the tuning of Nils Ott.",
    ],
)
@pytest.mark.parametrize("one", ["tu-2", "tu-5"])
def test_a_name_that_a_request_has_alone_may_be_of_any(prompt, one):
    assert asked(prompt, "cancel_tuning", one)
