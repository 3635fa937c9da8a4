"""What one result shows: values, each in the record that it belongs to."""

from guard.model.call import ToolSpec
from guard.model.labels import Label, Trust
from guard.provenance.request.said import read_task
from guard.provenance.result.known import Known
from guard.provenance.result.observe import observed

TRUSTED = Label(trust=Trust.TRUSTED)
ANA, BEN = "ana@firm.example", "ben@firm.example"


def known_of(shown):
    spec = ToolSpec(server="files", tool="find", effect=frozenset({"read"}), labels={"*": TRUSTED})
    known = Known()
    known.learn(observed(spec, shown, step=1))
    return known


def linked(shown, said, address):
    known = known_of(shown)
    task = read_task([said])
    return any(
        task.naming.links_to(known.record(place.record)) for place in known.places("email", address)
    )


def test_whom_a_file_is_shared_with_is_part_of_the_file():
    shown = [
        {"id": "1", "filename": "plan.txt", "shared_with": {ANA: "r"}},
        {"id": "2", "filename": "other.txt", "shared_with": {BEN: "rw"}},
    ]
    assert linked(shown, "Write to all who share 'plan.txt'", ANA)
    assert not linked(shown, "Write to all who share 'plan.txt'", BEN)


def test_each_pair_of_a_book_of_addresses_stands_for_itself():
    book = {"contacts": {"Ana Alba": ANA, "Ben Bold": BEN}, "title": "My people"}
    assert linked(book, "Write to Ana Alba", ANA)
    assert not linked(book, "Write to Ana Alba", BEN)


def test_addresses_with_addresses_of_others_are_no_list_of_people():
    moved = {"title": "Moves", "moved": {ANA: BEN, "kim@firm.example": "lu@firm.example"}}
    assert not linked(moved, "Read 'Moves'", BEN)
