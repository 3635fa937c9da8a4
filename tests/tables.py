"""A test of a table is one test where the whole suite runs: to collect, hand out and report each row
apart takes longer than to run most of them.

It is for plain functions that want nothing but their row. Every row runs, whichever fails; the first
failure is told with its row, and how many others failed. Where one process runs the tests, as with
`pytest tests/guard/audit`, each row is a test of its own, to be chosen by its name.
"""

import inspect
from itertools import product

import pytest

ALONE = {"usefixtures", "xfail", "skipif", "skip"}
"""Marks that are for one test, and not for a table of them."""
ENDED = pytest.skip.Exception, pytest.fail.Exception, pytest.xfail.Exception, Exception


def rows_of(function):
    """Return the rows of a test, as keyword arguments; nothing where it wants more, or marks one."""
    marks = getattr(function, "pytestmark", ())
    tables = [one for one in marks if one.name == "parametrize"]
    if not tables or inspect.iscoroutinefunction(function) or hasattr(function, "hypothesis"):
        return []
    if any(one.name in ALONE for one in marks) or any({*one.kwargs} - {"ids"} for one in tables):
        return []
    parts = product(*[_rows(*one.args) for one in reversed(tables)])
    rows = [{name: one for part in row for name, one in part.items()} for row in parts]
    wanted = {*inspect.signature(function).parameters}
    return rows if all({*row} == wanted for row in rows) else []


def _rows(names, values):
    names = [one.strip() for one in names.split(",")] if isinstance(names, str) else [*names]
    for value in values:
        held, marks = value, ()
        if isinstance(value, type(pytest.param())):
            held, marks = value.values, value.marks
        elif len(names) == 1:
            held = (value,)
        yield {} if marks else dict(zip(names, held, strict=True))


def whole(function, rows):
    """Return a test that runs a function on each of these rows."""

    def run():
        failed = []
        for row in rows:
            try:
                function(**row)
            except ENDED as wrong:
                failed.append((row, wrong))
        if failed:
            failed.sort(key=_is_skipped)  # no skip hides a failure
            row, first = failed[0]
            first.add_note(f"{len(failed)} of {len(rows)} rows; this one is {row!r}")
            raise first

    for name in ("__name__", "__doc__", "__module__"):
        setattr(run, name, getattr(function, name))
    run.pytestmark = [one for one in function.pytestmark if one.name != "parametrize"]
    run.place_as = function
    return run


def _is_skipped(one):
    _, wrong = one
    return isinstance(wrong, pytest.skip.Exception)
