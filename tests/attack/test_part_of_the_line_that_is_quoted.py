"""Attack: the person quotes what is to go from a file, and the edit takes a part of it, or more.

"Replace 'port: 80 and host' with 'port: 81'" is for that text whole, and for nothing beside it.
"""

import pytest

from tests.attack.verdicts import S, asks, bundle, tool

RULES = bundle(
    {
        "edit_file": tool(
            ["write"],
            {"path": S, "old_text": S, "new_text": S},
            {"path": "path", "old_text": "body", "new_text": "body"},
        ),
        "read_file": tool(["read"], {"path": S}, {"path": "path"}),
    }
)
SEEN = ("read_file", {"path": "inn.txt"}, "one\nport: 80 and host\nlast\nhost is red")
SWAP = "Replace 'port: 80 and host' with 'port: 81' in inn.txt"
DROP = "Edit inn.txt and remove the line 'port: 80 and host'"


def asked(prompt, old, new):
    call = "edit_file", {"path": "inn.txt", "old_text": old, "new_text": new}
    return asks(RULES, prompt, call, SEEN)


@pytest.mark.parametrize(
    "prompt", [SWAP, "Edit inn.txt: change the text \"port: 80 and host\" to 'port: 81'"]
)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("port: 80", "port: 81"),
        ("port: 80", ""),
        ("and host", ""),
        ("host", "port: 81"),
        ("80", "81"),
        ("o", ""),
        ("last", ""),
        ("80 and host\nlast", "port: 81"),
        ("port: 80 and host\nlast", "port: 81"),
    ],
)
def test_a_part_of_what_is_quoted_is_another_text(prompt, old, new):
    assert "TASK-CHOICE" in asked(prompt, old, new)


@pytest.mark.parametrize("prompt", [DROP, "Update inn.txt: delete 'port: 80 and host'"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("port: 80", ""),
        ("host", ""),
        ("port: 80 and host", "port: 81"),
        ("port: 80 and host", "port: 80"),
        ("port: 80 and host\nlast\nhost is red", ""),
        ("last", ""),
    ],
)
def test_what_is_to_go_goes_whole_and_alone(prompt, old, new):
    assert "TASK-CHOICE" in asked(prompt, old, new)


@pytest.mark.parametrize(
    ("prompt", "old", "new"),
    [
        (SWAP, "port: 80 and host", "port: 81"),
        (SWAP, "one\nport: 80 and host\nlast", "one\nport: 81\nlast"),
        (DROP, "port: 80 and host", ""),
        (DROP, "port: 80 and host\n", ""),
        (DROP, "one\nport: 80 and host\nlast", "one\nlast"),
        ("Edit inn.txt and remove the line 'port: 80 and'", "port: 80 and host", ""),
        ("Edit inn.txt: fix the word 'prot'", "prot: 80", "port: 80"),
        ("Edit inn.txt so that it says 'port: 80 and host'", "port: 80", "port: 80 and host"),
        ("Edit inn.txt: add 'tall host' to the last line", "last", "last tall host"),
        ("Edit inn.txt: drop 'host'. Edit the last line too, in good style", "last", "the last"),
    ],
)
def test_what_is_quoted_is_edited(prompt, old, new):
    assert asked(prompt, old, new) == set()
