"""A session holds thousands of records, and most of their sets are empty: all of those are one."""

from guard.provenance.result.records import record_of


def test_records_share_what_is_empty():
    one, other = record_of([]), record_of([])
    sets = [
        getattr(record, name)
        for record in (one, other)
        for name in ("identity", "links", "titles", "called", "names", "currencies", "claimed")
    ]
    assert len({*map(id, sets)}) == 1
    assert sets[0] == frozenset()
