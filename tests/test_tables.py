"""What tests/tables.py makes of a test of a table: nothing that a row would have said is lost."""

import pytest

from tests.tables import rows_of, whole


def test_every_combination_of_two_tables_is_a_row():
    @pytest.mark.parametrize(("a", "b"), [(1, 2), pytest.param(3, 4, id="other")])
    @pytest.mark.parametrize("c", "xy")
    def table(a, b, c):
        seen.append((a, b, c))

    seen = []
    whole(table, rows_of(table))()
    assert sorted(seen) == [(1, 2, "x"), (1, 2, "y"), (3, 4, "x"), (3, 4, "y")]


def test_every_row_runs_and_the_first_that_fails_is_told():
    @pytest.mark.parametrize("a", range(5))
    def table(a):
        seen.append(a)
        if a == 0:
            pytest.skip("not here")
        if a == 3:
            pytest.fail("three")
        assert a % 2, "even"

    seen = []
    with pytest.raises(AssertionError, match="even") as told:
        whole(table, rows_of(table))()
    assert seen == [0, 1, 2, 3, 4]
    assert told.value.__notes__ == ["4 of 5 rows; this one is {'a': 2}"]


def test_a_table_of_which_a_row_is_skipped_is_skipped():
    @pytest.mark.parametrize("a", range(2))
    def table(a):
        if a:
            pytest.skip("not here")

    with pytest.raises(pytest.skip.Exception):
        whole(table, rows_of(table))()


def test_what_wants_more_than_its_row_stays_as_many_tests():
    def wants_a_folder(a, tmp_path): ...

    async def waits(a): ...

    def plain(a): ...

    table = pytest.mark.parametrize("a", [1, 2])
    marked = pytest.mark.parametrize("a", [1, pytest.param(2, marks=pytest.mark.peer)])
    for test in (table(wants_a_folder), table(waits), marked(plain), pytest.mark.peer(plain)):
        assert rows_of(test) == []


def test_other_marks_stay_with_the_table():
    @pytest.mark.peer
    @pytest.mark.parametrize("a", [1, 2])
    def table(a):
        """Say what it is."""

    made = whole(table, rows_of(table))
    assert [one.name for one in made.pytestmark] == ["peer"]
    assert (made.__name__, made.__doc__) == ("table", "Say what it is.")
