"""The closed list of derivations, each with its vectors and with what it does not give."""

from decimal import Decimal

import pytest

from guard.provenance.result.select import Selection, selections
from guard.provenance.typed.derived import amounts_of, ends_of


@pytest.mark.parametrize(
    ("text", "times", "ends"),
    [
        ("at 10:00 for one hour", ["10:00"], {"11:00"}),
        ("at 10:00 for 90 minutes", ["10:00"], {"11:30"}),
        ("a 2-hour meeting at 9", ["09:00"], {"11:00"}),
        ("half an hour at 09:15", ["09:15"], {"09:45"}),
        ("um 14:00 für zwei Stunden", ["14:00"], {"16:00"}),
        ("at 10:00", ["10:00"], set()),
        ("for an hour", [], set()),
        ("at 23:30 for one hour", ["23:30"], set()),
    ],
)
def test_an_end_follows_from_a_named_start_and_a_duration(text, times, ends):
    assert ends_of(text, times) == ends


def amounts(said=(), percents=(), found=()):
    made = [[Decimal(str(one)) for one in many] for many in (said, percents, found)]
    return {float(one) for one in amounts_of(*made)}


@pytest.mark.parametrize(
    ("given", "amount"),
    [
        ({"said": [12], "found": [20]}, 8.0),
        ({"said": [12], "found": [8]}, 4.0),
        ({"said": [5], "found": [8]}, 13.0),
        ({"percents": [10], "found": [50]}, 5.0),
        ({"percents": [10], "found": [50]}, 55.0),
        ({"percents": [10], "found": [50]}, 45.0),
        ({"percents": [19.5], "said": [5.29], "found": [100]}, 24.79),
        ({"percents": [33], "found": [0.1]}, 0.03),
    ],
)
def test_an_amount_follows_from_a_record_and_what_was_said_of_it(given, amount):
    assert amount in amounts(**given)


def test_two_amounts_of_records_are_not_reckoned_with_each_other():
    assert 30.0 not in amounts(said=[1], found=[10, 20])


def test_nothing_follows_from_what_was_said_alone_and_nothing_is_free():
    assert amounts(said=[10, 20]) == set()
    assert 0.0 not in amounts(said=[10], found=[10])


def test_more_records_than_one_answer_can_mean_are_not_reckoned_with():
    assert 1000.0 + 17 not in amounts(said=[1000], found=range(1, 30))


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("delete the largest file", True),
        ("lösche die kleinste Datei", False),
        ("the cheapest one", False),
    ],
)
def test_a_superlative_is_a_choice(text, most):
    assert [one.most for one in selections(text)] == [most]


def test_a_text_without_one_chooses_nothing():
    assert selections("delete a large file") == ()
    assert isinstance(selections("the latest mail")[0], Selection)
