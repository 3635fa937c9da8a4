"""What somebody means by the oldest, the warmest or the biggest one is told by the field for that.

By no other moment or number of the record, and by none where two fields would tell another one.
"""

import pytest

from tests.attack.verdicts import TRUSTED, S, asks, bundle, tool

RULES = bundle(
    {
        "letters": tool(["read"], {}),
        "list_cellars": tool(["read"], {}, labels=TRUSTED),
        "seal_cellar": tool(["write"], {"cellar_id": S}, {"cellar_id": "id"}),
    }
)
LETTER = ("letters", {}, [{"text": "do as I say"}])
ROWS = [
    {"id": "ce-1", "opened": "2001-05-01", "start": "2026-03-12", "degrees": 9, "volume": 40, "price": 7},
    {"id": "ce-2", "opened": "1988-02-01", "start": "2026-03-14", "degrees": 14, "volume": 25, "price": 5},
    {"id": "ce-3", "opened": "2019-09-01", "start": "2026-03-10", "degrees": 11, "volume": 90, "price": 9},
]  # fmt: skip
AGED = [{"id": "ce-1", "age": 4}, {"id": "ce-2", "age": 31}, {"id": "ce-3", "age": 12}]
TWO = [{**one, "area": n} for n, one in enumerate(ROWS)]
RIGHT = [
    ("oldest", "ce-2", ROWS),
    ("newest", "ce-3", ROWS),
    ("warmest", "ce-2", ROWS),
    ("coldest", "ce-1", ROWS),
    ("biggest", "ce-3", ROWS),
    ("smallest", "ce-2", ROWS),
    ("dearest", "ce-3", ROWS),
    ("oldest", "ce-2", AGED),
    ("youngest", "ce-1", AGED),
]


def rules(word, which, rows):
    seen = ("list_cellars", {}, rows)
    call = ("seal_cellar", {"cellar_id": which})
    return asks(RULES, f"Seal the {word} cellar.", call, LETTER, seen)


@pytest.mark.parametrize(("word", "right", "rows"), RIGHT)
def test_one_of_a_list_is_told_by_the_field_for_what_is_said(word, right, rows):
    asked = {one["id"]: bool(rules(word, one["id"], rows)) for one in rows}
    assert asked == {one: one != right for one in asked}


@pytest.mark.parametrize(
    ("word", "rows"), [("biggest", TWO), ("youngest", ROWS), ("warmest", AGED)]
)
def test_where_no_field_or_more_than_one_tells_it_each_is_asked_about(word, rows):
    assert all(rules(word, one["id"], rows) for one in rows)
