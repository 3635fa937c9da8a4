"""A number carries its unit: whose currency, whole or in cents. Each derivation has its vectors."""

from decimal import Decimal

import pytest

from guard.model.call import ArgSpec, ToolSpec
from guard.provenance.quantity.units import is_minor, unit_of
from guard.provenance.request.entities import extract
from guard.provenance.typed.money import Money, Unit, means, money_of, pointed
from guard.provenance.vocabulary.currencies import currencies_in

N, I, S = {"type": "number"}, {"type": "integer"}, {"type": "string"}


def tool(entry=None, path="amount", **properties):
    return ToolSpec(
        server="bank",
        tool="pay",
        effect=frozenset({"write"}),
        args={path: ArgSpec(role="amount", **(entry or {}))},
        input_schema={"type": "object", "properties": properties},
    )


def unit(spec, path="amount", **beside):
    found = unit_of(spec, path, beside)
    return found.currency, found.places


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Pay 12.50 USD to Ann", "12.5 USD"),
        ("Pay USD 12.50 to Ann", "12.5 USD"),
        ("Pay EUR50 to Ann", "50 EUR"),
        ("Pay $12.50 to Ann", "12.5 USD"),
        ("Pay $1,234.50 CAD to Ann", "1234.5 CAD"),
        ("Pay 50eur to Ann", "50 EUR"),
        ("Pay 12,50 EUR to Ann", "12.5 EUR"),
        ("Zahle 1.234,56 € an Ann", "1234.56 EUR"),
        ("Pay 1,234.56 euros to Ann", "1234.56 EUR"),
        ("Pay 1.234.567 EUR to Ann", "1234567 EUR"),
        ("Pay 1.234 EUR to Ann", "1.234 EUR"),
        ("Pay 118.000 EUR to Ann", "118000 EUR"),
        ("Pay EUR 118.000 to Ann", "118 EUR"),
        ("Pay 118.000 KWD to Ann", "118 KWD"),
        ("Pay 2.000 BTC to Ann", "2 BTC"),
        ("Pay 40 Canadian dollars to Ann", "40 CAD"),
        ("Pay 40 US dollars to Ann", "40 USD"),
        ("Pay 300 DKK to Ann", "300 DKK"),
        ("Pay 300 TRY to Ann", "300 TRY"),
        ("Pay Ann 50 cents", "0.5"),
        ("Pay 50 to Ann", "50"),
        ("Pay 12,50 to Ann", "12.5"),
    ],
)
def test_an_amount_is_read_with_its_currency(text, said):
    assert [one.canonical for one in extract(text) if one.kind == "amount"] == [said]


@pytest.mark.parametrize("text", ["Pay for 3 try outs", "Buy 5 all day tickets", "Give 2 mad dogs"])
def test_a_code_that_is_a_word_is_a_currency_in_capitals_only(text):
    assert not [one for one in extract(text) if one.kind == "amount"]
    assert not currencies_in(text)


@pytest.mark.parametrize("number", ["12,5,0", "1,23", "1.2,3.4", "12,500", "1,234.5"])
def test_only_a_decimal_comma_becomes_a_point(number):
    assert pointed(number) == ("1.23" if number == "1,23" else number)


@pytest.mark.parametrize(
    ("entry", "schema", "beside", "expected"),
    [
        ({"currency": "EUR"}, {"amount": N}, {}, ("EUR", 0)),
        ({"currency": "EUR", "scale": 2}, {"amount": N}, {}, ("EUR", 0)),
        ({"currency": "EUR", "scale": 2}, {"amount": I}, {}, ("EUR", 2)),
        ({"currency": "EUR", "scale": 2, "kind": "major"}, {"amount": I}, {}, ("EUR", 0)),
        ({}, {"amount": N, "currency": S}, {"currency": "usd"}, ("USD", 0)),
        ({}, {"amount": N, "currencyCode": S}, {"currencyCode": "XYZ"}, ("XYZ", 0)),
        ({}, {"amount": N, "currency": {**S, "default": "CHF"}}, {}, ("CHF", 0)),
        ({}, {"amount": N, "from_currency": S, "to_currency": S}, {"from_currency": "USD", "to_currency": "EUR"}, ("USD", 0)),
        ({}, {"amount": N, "a_currency": S, "b_currency": S}, {"a_currency": "USD"}, ("", 0)),
        ({}, {"amount": {**N, "description": "Amount in USD"}}, {}, ("USD", 0)),
        ({}, {"amount": {**N, "description": "Amount in euros"}}, {}, ("EUR", 0)),
        ({}, {"amount": {**N, "description": "USD or EUR"}}, {}, ("", 0)),
        ({}, {"amount": {**N, "description": "Weight in pounds"}}, {}, ("", 0)),
        ({}, {"amount": {**I, "description": "Amount in cents"}}, {}, ("", 2)),
        ({}, {"amount": {**I, "description": "In the smallest currency unit"}, "currency": S}, {"currency": "JPY"}, ("JPY", 0)),
        ({}, {"amount": {**I, "description": "In minor units"}, "currency": S}, {"currency": "KWD"}, ("KWD", 3)),
        ({"scale": 2}, {"amount": I}, {}, ("", 0)),
        ({}, {"amount": N}, {}, ("", 0)),
    ],
)  # fmt: skip
def test_a_tool_tells_what_its_amounts_are_of(entry, schema, beside, expected):
    assert unit(tool(entry, **schema), **beside) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("amount_minor", ("", 2)), ("amountCents", ("", 2)), ("price_usd", ("USD", 0)), ("amountEUR", ("EUR", 0))],
)  # fmt: skip
def test_the_name_of_an_argument_tells_it_too(path, expected):
    assert unit(tool(path=path, **{path: I if "rice" not in path else N}), path) == expected
    assert is_minor(path) == (expected[1] == 2)


def test_a_currency_that_the_call_chooses_is_told_from_one_that_is_given():
    spec = tool(amount=N, currency={**S, "default": "EUR"})
    assert not unit_of(spec, "amount", {"currency": "EUR"}).chosen
    assert not unit_of(spec, "amount", {}).chosen
    assert unit_of(spec, "amount", {"currency": "BTC"}).chosen
    declared = tool({"currency": "EUR"}, amount=N, currency=S)
    assert not unit_of(declared, "amount", {"currency": "eur"}).chosen
    assert unit_of(declared, "amount", {"currency": "BTC"}) == Unit("BTC", chosen=True, whole=True)


@pytest.mark.parametrize(
    ("said", "raw", "of", "same"),
    [
        ("98.7 EUR", 9870, Unit("EUR", 2), True),
        ("98 EUR", 98, Unit("EUR", 2), False),
        ("98 EUR", 9800, Unit("EUR", 2), True),
        ("12.5 USD", 12.5, Unit("EUR"), False),
        ("12.5", 12.5, Unit("EUR"), True),
        ("12.5 USD", 12.5, Unit(), True),
        ("12.5", 12.5, Unit("BTC", chosen=True), False),
        ("12.5 BTC", 12.5, Unit("BTC", chosen=True), True),
        ("500 JPY", 500, Unit("JPY", 0), True),
        ("1.234 KWD", 1234, Unit("KWD", 3), True),
    ],
)  # fmt: skip
def test_two_amounts_are_the_same_in_the_same_unit_only(said, raw, of, same):
    assert means([money_of(said)], of.money(Decimal(str(raw))), of) is same


def test_an_amount_says_its_own_currency_before_the_argument_does():
    assert Unit("EUR").money(Decimal(5), "USD") == Money(Decimal(5), "USD")
