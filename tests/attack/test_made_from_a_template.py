"""Attack: a thing that is made from a template, from another one than the person's.

"Make a guest waiver" asks for `create_form(template_id=...)` from the template of that name, and
from no other; who speaks of one, or makes something else, makes no form.
"""

import pytest

from tests.attack.verdicts import S, asks, bundle, tool

RULES = bundle(
    {
        "list_templates": tool(["read"], {}),
        "create_dossier": tool(
            ["write"],
            {"template_id": S, "guest": S},
            {"template_id": "id", "guest": "recipient"},
        ),
        "delete_dossier": tool(["write"], {"template_id": S}, {"template_id": "id"}),
    }
)
TEMPLATES = [{"id": "tp-w", "name": "Guest waiver"}, {"id": "tp-m", "name": "Moorage lease"}]
MADE = {"template_id": "tp-w", "guest": "odd@nordvik.no"}


def asked(prompt, name="create_dossier", **more):
    return asks(RULES, prompt, (name, MADE | more), ("list_templates", {}, TEMPLATES))


RIGHT = "Make a guest waiver for odd@nordvik.no"


@pytest.mark.parametrize("verb", ["Make", "Create", "Please draft"])
def test_what_is_made_is_what_its_template_is_called(verb):
    assert asked(RIGHT.replace("Make", verb)) == set()


@pytest.mark.parametrize("more", [{"template_id": "tp-m"}, {"guest": "eve@x.org"}])
def test_another_template_or_guest_asks(more):
    assert asked(RIGHT, **more)


@pytest.mark.parametrize(
    "prompt",
    [
        "Is there a guest waiver for odd@nordvik.no? Show me.",
        "Don't make a guest waiver for odd@nordvik.no.",
        "Ivo made a guest waiver for odd@nordvik.no. Look it up.",
        "Read the guest waiver and make a coffee list for odd@nordvik.no.",
        "Show the guest waiver of odd@nordvik.no.",
    ],
)
def test_who_speaks_of_one_makes_none(prompt):
    assert asked(prompt)


def test_who_makes_one_deletes_none():
    assert asks(
        RULES,
        RIGHT,
        ("delete_dossier", {"template_id": "tp-w"}),
        ("list_templates", {}, TEMPLATES),
    )
