"""Sheets hold every character of a call once and in order, and none is heavier than a page allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.model.review import Argument, Value
from guard.model.sheets import NOTES, newest, sheets, spoken, weight

TEXTS = st.text(st.sampled_from("ab <>&\"'\n\u202e\x7f漢é\u0301"), max_size=300)


def argument(name, *texts, listed=False, was=()):
    return Argument(
        path=(name,),
        listed=listed,
        values=tuple(Value(kind="text", text=one) for one in texts),
        was=tuple(Value(kind="text", text=one) for one in was),
    )


def together(cut, number, where):
    """Return the texts of one argument again, from its slices."""
    out = []
    for sheet in cut:
        for one in sheet:
            for part in getattr(one, where) if one.number == number else ():
                if part.goes_on:
                    out[-1] += part.text
                else:
                    out.append(part.text)
    return out


@given(st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=4)), max_size=6))
def test_every_character_is_on_one_sheet_and_in_its_order(given_arguments):
    rows = [argument(name or "n", *texts, listed=True) for name, texts in given_arguments]
    cut = sheets(rows, room=2_000)
    for number, one in enumerate(rows):
        assert together(cut, number, "name") == [one.path[0]]
        assert together(cut, number, "values") == [each.text for each in one.values]
    order = [(one.number, one.place) for sheet in cut for one in sheet]
    assert order == sorted(order)
    ends = [one.number for sheet in cut for one in sheet if one.last]
    assert ends == [*range(len(rows))]


def test_what_fits_on_one_sheet_stays_on_one_and_a_small_argument_is_never_cut():
    small = [argument(f"k{n}", "v" * 50) for n in range(200)]
    cut = sheets(small)
    assert len(sheets(small[:20])) == 1
    assert len(cut) > 1
    assert all(one.place == 0 and one.last for sheet in cut for one in sheet)


def test_a_call_without_arguments_has_one_empty_sheet():
    assert sheets([]) == ((),)


@pytest.mark.parametrize(
    "rows",
    [
        [argument("a", "\x7f" * 65_536)],
        [argument("a", "ab\n" * 20_000, was=["\x7f" * 2_048])],
        [argument("a", *map(str, range(10_000)), listed=True)],
        [argument(f"k{n}", "v") for n in range(10_000)],
        [argument("\x7f" * 30_000, "v")],
    ],
)
def test_no_sheet_is_much_heavier_than_its_room(rows):
    for sheet in sheets(rows, room=40_000):
        texts = [part.text for one in sheet for part in (*one.name, *one.values, *one.was)]
        assert sum(map(weight, texts)) <= 40_000


def test_words_come_in_sheets_as_arguments_do():
    rows = spoken([("ana", "x" * 50_000), ("bob", "yes")])
    cut = sheets(rows)
    assert len(cut) == 2
    assert together(cut, 0, "values") == ["x" * 50_000]
    assert together(cut, 1, "name") == ["bob"]


def test_of_many_texts_the_newest_are_kept_that_fit():
    assert newest(["a" * 900, "b" * 900, "c" * 900], 2_500) == 2
    assert newest(["a" * 9_000], 2_500) == 0
    assert newest([], 2_500) == 0


def test_notes_are_not_what_makes_a_sheet_heavy():
    one = Argument(path=("a",), listed=False, values=(), notes=tuple(map(str, range(9_000))))
    assert len(sheets([one])) == 1
    assert NOTES < 100
