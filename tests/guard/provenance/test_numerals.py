"""Numbers as people write them, and what else they are taken for: nothing."""

import pytest

from guard.provenance.request.said import read_task

AMOUNTS = [
    ("set the budget to 78k", "78000", ""),
    ("a deal worth 2.5M closing soon", "2500000", ""),
    ("a limit of $1.2M", "1200000", "USD"),
    ("pay 3k EUR to Ann", "3000", "EUR"),
    ("raise it to 2 million dollars", "2000000", "USD"),
    ("set the price to 12 thousand", "12000", ""),
    ("bill the old mill 18.50 for the sluice", "18.5", ""),
]
THINGS = [
    ("put two of KX-9 in the crate", ["2"]),
    ("a seat in row five A1", []),
    ("a ticket for Seven of Nine", []),
    ("order 2x oak planks", ["2"]),
    ("order 3 x KX-9", ["3"]),
    ("ship a 1.5kg parcel", ["1.5"]),
    ("log 250g of soup", ["250"]),
    ("order a dozen eggs", ["12"]),
    ("half a dozen rolls", ["6"]),
    ("two dozen roses", ["24"]),
    ("a couple of beers", ["2"]),
    ("Two tickets for Dune", ["2"]),
    ("three cheap standard seats", ["3"]),
    ("a table for four at nine", ["4"]),
    ("a party of six", ["6"]),
    ("for two people", ["2"]),
    ("set the freezer to -18 degrees", ["-18"]),
    ("set it to minus 5", ["-5"]),
    ("sign me up for the 10k run", ["10000"]),
    ("book it for two and a half hours", ["2.5"]),
    ("block 2 and a half hours", ["2.5"]),
    ("it weighs thirteen and a half kilos", ["13.5"]),
    ("a walk of an hour and a half", ["1.5"]),
    ("water it twice a day", ["2"]),
    ("water it once a week", ["1"]),
]
NOTHING = [
    "AB-12k",
    "call 555-1234",
    "room 5-6",
    "my file notes-3k.txt",
    "wait for one moment",
    "see version 3.11",
]


@pytest.mark.parametrize(("said", "number", "code"), AMOUNTS)
def test_a_number_with_a_mark_behind_it_is_so_many_times_as_much_and_no_less(said, number, code):
    money = read_task((said,)).money
    assert {(f"{one.number:f}", one.currency) for one in money} == {(number, code)}


@pytest.mark.parametrize(("said", "counts"), THINGS)
def test_a_number_of_things_is_that_many_and_no_money(said, counts):
    task = read_task((said,))
    assert [f"{one:f}" for one in task.counts] == counts
    assert not task.money


@pytest.mark.parametrize(
    ("said", "percent"),
    [("take ten percent off", 10), ("five per cent more", 5), ("half off", None)],
)
def test_a_percentage_in_words_is_one(said, percent):
    assert read_task((said,)).percents == ({percent} if percent else set())


@pytest.mark.parametrize("said", NOTHING)
def test_what_only_looks_like_a_number_is_none(said):
    task = read_task((said,))
    assert not task.counts
    assert not task.money


@pytest.mark.parametrize(
    ("said", "others"),
    [
        ("1.5kg of flour", {"1500", "3.3069"}),
        ("a walk of 2h", {"120"}),
        ("a call of half an hour", {"30"}),
        ("a call of 2 hours", {"120"}),
    ],
)
def test_a_measure_is_the_same_in_another_unit(said, others):
    assert others <= {f"{one:f}" for one in read_task((said,)).converted}


@pytest.mark.parametrize(
    ("said", "kind", "number"),
    [
        ("pay Ann forty euros", "amount", "40 EUR"),
        ("set it to eighty-four", "amount", "84"),
        ("fifty percent of it", "percent", "50"),
        ("for ninety days", "quantity", "90"),
        ("six hundred and five boxes", "quantity", "605"),
        ("ninety-one thousand dollars", "amount", "91000 USD"),
        ("a hundred chairs", "quantity", "100"),
    ],
)
def test_a_number_in_words_is_that_number(said, kind, number):
    found = [(one.kind, one.canonical) for one in read_task((said,)).entities]
    assert [(kind, number)] == [one for one in found if one[0] in {"amount", "percent", "quantity"}]


@pytest.mark.parametrize("said", ["at seven thirty", "the one that I meant", "forty-winks"])
def test_what_is_no_number_in_words_is_none(said):
    kinds = {one.kind for one in read_task((said,)).entities}
    assert kinds.isdisjoint({"amount", "quantity"})
