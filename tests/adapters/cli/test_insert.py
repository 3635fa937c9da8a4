"""One entry is added to a YAML text, and every other byte stays."""

import pytest

from guard.errors import Unusable
from guard_adapters._yaml import inserted, parse_yaml

ROUTE = ("tools", "a", "output", "labels")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "tools:\n  a:\n    output:\n      labels:\n        x: [v]  # z\n",
            'tools:\n  a:\n    output:\n      labels:\n        "k": [t]  # why\n        x: [v]  # z\n',
        ),
        (
            "tools:\n  a:\n    output:\n      trust: t\n",
            'tools:\n  a:\n    output:\n      labels: {"k": [t]}\n      trust: t\n',
        ),
        (
            "tools:\n  a:\n    effect: [read]\n",
            'tools:\n  a:\n    output: {labels: {"k": [t]}}\n    effect: [read]\n',
        ),
        ("tools:\n  a: {}\n", 'tools:\n  a: {output: {labels: {"k": [t]}}}\n'),
        (
            "tools: {a: {output: {labels: {x: [v]}}}}\n",
            'tools: {a: {output: {labels: {x: [v], "k": [t]}}}}\n',
        ),
    ],
)
def test_an_entry_is_added_in_the_style_of_its_place(before, after):
    found = inserted(before, ROUTE, '"k"', "[t]  # why")

    assert found == after
    assert parse_yaml(found, where="x")["tools"]["a"]["output"]["labels"]["k"] == ["t"]


def test_a_place_that_is_no_mapping_is_refused():
    with pytest.raises(Unusable, match="no mapping"):
        inserted("tools: [a]\n", ROUTE, '"k"', "[t]")
