"""A late pattern is what the compiled one would be, and costs nothing before it is asked."""

import re

import pytest

from guard.model.late import late

WORDS = r"(?P<deed>pay|send)\s+(\w+)"


@pytest.mark.parametrize("flags", [0, re.IGNORECASE])
@pytest.mark.parametrize("text", ["pay Ann, and SEND Bob", "nothing"])
def test_it_finds_what_the_compiled_pattern_finds(text: str, flags: int) -> None:
    one, other = late(WORDS, flags), re.compile(WORDS, flags)
    for _ in range(2):  # what was asked once is found in another way
        assert one.findall(text) == other.findall(text)
        assert [found.span("deed") for found in one.finditer(text)] == [
            found.span("deed") for found in other.finditer(text)
        ]
    assert (one.sub("", text), one.pattern, one.flags) == (
        other.sub("", text), other.pattern, other.flags
    )  # fmt: skip


def test_it_is_compiled_when_it_is_asked() -> None:
    broken = late("(")
    with pytest.raises(re.error):
        broken.search("x")
