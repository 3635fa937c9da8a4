"""Numbers of things, what they are in other units, and whose address or secret a text gives."""

from decimal import Decimal

import pytest

from guard.provenance.request.entities import extract
from guard.provenance.request.said import read_task
from guard.provenance.typed.derived import converted
from guard.provenance.typed.money import Money


@pytest.mark.parametrize(
    ("number", "unit", "other"),
    [
        ("10", "gallons", "37.85"),
        ("50", "litres", "13.21"),
        ("5", "liters", "1.3209"),
        ("26.2", "miles", "42.2"),
        ("100", "km", "62"),
        ("6", "feet", "1.83"),
        ("10", "pounds", "4.54"),
        ("2", "kg", "4.4"),
        ("8", "ounces", "227"),
        ("30", "cm", "11.8"),
    ],
)
def test_a_quantity_is_known_in_the_other_unit(number, unit, other):
    assert Decimal(other) in converted([(Decimal(number), unit)])


@pytest.mark.parametrize("unit", ["shares", "guests", "lightyears", ""])
def test_what_is_no_unit_becomes_nothing_else(unit):
    assert not converted([(Decimal(10), unit)])


def test_a_count_is_no_amount_of_money():
    task = read_task(["Invite 12 guests and pay 50 EUR to Max"])
    assert task.counts == {Decimal(12)}
    assert task.money == {Money(Decimal(50), "EUR")}


def test_an_amount_of_money_is_no_count():
    task = read_task(["Send 20 dollars to Ann, and 30 EUR to Max."])
    assert not task.counts


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("Log in as kim with password 'hunter2'", "hunter2"),
        ('the api key "k-123"', "k-123"),
        ("a token of 'abc'", "abc"),
    ],
)
def test_a_secret_may_stand_in_quotes_right_after_its_name(text, literal):
    assert {one.literal for one in extract(text) if one.frame == "secret"} == {literal}


@pytest.mark.parametrize(
    "text", ["My username is kim", "username: kim, please", "log in with the user name 'kim'."]
)
def test_what_a_person_goes_by_is_a_name(text):
    assert ("name", "kim") in {(one.kind, one.canonical) for one in extract(text)} or (
        "quoted",
        "kim",
    ) in {(one.kind, one.canonical) for one in extract(text)}


@pytest.mark.parametrize(
    ("text", "value", "frame"),
    [
        ("Send it to Ann (ann@corp.example).", "ann@corp.example", "dest"),
        ("Send it to Ann (id = 'U-7').", "U-7", "dest"),
        ("Send it to Ann, whose e-mail is ann@corp.example.", "ann@corp.example", "dest"),
        ("Summarise the mail from Ann (id 'U-7').", "U-7", "mention"),
        ("Send it to Ann. The account of Bob is 'U-8'.", "U-8", "mention"),
    ],
)
def test_an_address_beside_a_person_is_what_the_person_is(text, value, frame):
    frames = {one.frame for one in extract(text) if value in {one.literal, one.canonical}}
    assert frame in frames
    assert frame == "dest" or "dest" not in frames
