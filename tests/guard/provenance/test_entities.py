"""What a person's text names, kind by kind; and what it does not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.provenance.request.entities import extract
from guard.provenance.request.said import read_task


def found(text, *kinds):
    return {one.canonical for one in extract(text) if not kinds or one.kind in kinds}


@pytest.mark.parametrize(
    ("text", "kind", "canonical"),
    [
        ("Mail Ada.Lovelace@Corp.Example today", "email", "ada.lovelace@corp.example"),
        ("Schreibe an jörg; CC: kim@firma.example.", "email", "kim@firma.example"),
        ("écris à luc@maison.example, merci", "email", "luc@maison.example"),
        ("Pay to DE89 3704 0044 0532 0130 00 please", "iban", "DE89370400440532013000"),
        ("to GB29NWBK60161331926819.", "iban", "GB29NWBK60161331926819"),
        ("Open https://Shop.Example/a?b=1#c now", "url", "shop.example/a?b=1#c"),
        ("Read www.news.example.They wrote it", "url", "www.news.example"),
        ("Read (http://news.example/).", "url", "news.example"),
        ("Pay $1,200.50 to them", "amount", "1200.5 USD"),
        ("Überweise 50 EUR an Max", "amount", "50 EUR"),
        ("pay 50 to Max", "amount", "50"),
        ("increase it by 10%", "percent", "10"),
        ("on 2026-11-24 at noon", "date", "2026-11-24"),
        ("on May 15th, 2026", "date", "2026-05-15"),
        ("am 24. Dezember 2026", "date", "2026-12-24"),
        ("on June 13", "date", "--06-13"),
        ("from May 1st to Friday, May 5th 2026", "date", "2026-05-01"),
        ("from 28 December to 3 January 2026", "date", "2025-12-28"),
        ("on May 1st, and on June 5th 2026", "date", "--05-01"),
        ("at 9:30am", "time", "09:30"),
        ("at 2 pm", "time", "14:00"),
        ("close ticket #42", "object_id", "42"),
        ("cancel order ORD-77", "object_id", "ord-77"),
        ("Ask Dora Smith about it", "name", "Dora Smith"),
        ("post in the general channel", "name", "general"),
        ("Tell @kim", "name", "kim"),
        ("a room at Le Vieux Moulin", "name", "Le Vieux Moulin"),
        ("delete 'old plan.txt'", "quoted", "old plan.txt"),
        ("delete report-2026.pdf", "filename", "report-2026.pdf"),
        ("change my password to hunter2!", "literal", "hunter2"),
    ],
)
def test_a_value_is_read_as_what_it_is(text, kind, canonical):
    assert canonical in found(text, kind)


@pytest.mark.parametrize(
    ("text", "kind", "canonical"),
    [
        ("on June 13", "object_id", "13"),
        ("on June 13", "amount", "13"),
        ("read bill-2023.txt", "amount", "2023"),
        ("Please find it", "name", "please"),
        ("Is The cheapest one free", "name", "The"),
        ("book it for 1 hour", "amount", "1"),
        ("mail ada@corp.example", "name", "ada"),
        ("see https://a.example/42", "object_id", "42"),
        ("my password is old", "literal", "is"),
        ("pay \uff15\uff10 EUR", "amount", "50 EUR"),
    ],
)
def test_a_value_is_not_read_as_what_it_is_not(text, kind, canonical):
    assert canonical not in found(text, kind)


@pytest.mark.parametrize(
    ("text", "value", "frame"),
    [
        ("Send it to ada@corp.example", "ada@corp.example", "dest"),
        ("Summarise the mail from eve@bad.example", "eve@bad.example", "mention"),
        ("Send what eve@bad.example sent me to ada@corp.example", "eve@bad.example", "mention"),
        ("Send what eve@bad.example sent me to ada@corp.example", "ada@corp.example", "dest"),
        ("Invite Ada, Bob and Kim Lee to it", "Kim Lee", "dest"),
        ("Send Bob's notes to Ada", "Bob", "mention"),
        ("Write to Ada about Bob", "Bob", "mention"),
        (
            "Close case 7 of the mill and mail bob@corp.example what it says",
            "bob@corp.example",
            "dest",
        ),
        ("Ask Ada for the list of Kim, then write Bob that it is done", "Bob", "dest"),
        ("Find the mail Bob sent", "Bob", "mention"),
        ("Read out of the mail Bob likes", "Bob", "mention"),
        ("I'm heading to Oslo soon", "Oslo", "bound"),
    ],
)
def test_the_sentence_says_what_a_value_may_be(text, value, frame):
    assert {one.frame for one in extract(text) if one.canonical == value} == {frame}


def test_who_is_only_spoken_of_is_no_destination():
    task = read_task(["Send the notes of Bob to Ada"])
    assert task.sends_to("text", "Ada")
    assert not task.sends_to("text", "Bob")


def test_where_somebody_travels_is_not_all_that_a_call_may_go_to():
    task = read_task(["I'm flying to Oslo. Kim likes 'The Crown'. Reserve a room for me."])
    assert task.sends_to("text", "Oslo")
    assert task.sends_to("text", "The Crown")


@given(st.text(max_size=400))
def test_any_text_is_read_and_spans_are_of_it(text):
    for one in extract(text):
        assert 0 <= one.start <= one.end <= len(text)


@pytest.mark.parametrize("most", [10_000, pytest.param(40_000, marks=pytest.mark.soak)])
@pytest.mark.parametrize(
    "unit",
    [
        "a.",
        "@",
        "1,",
        "AA11 ",
        "'x ",
        "http://",
        "password is ",
        "Ann and ",
        "Ada Roe ",
        "12 of ",
        "$",
        "a/",
        "a+",
        "./",
        "translate ",
        "is this text, ",
        "check this: ",
        "what if I ",
        "nothing ",
    ],
)
def test_reading_time_grows_with_the_text_and_not_with_its_square(unit, most):
    def took(size):
        text = unit * (size // len(unit))
        started = time.process_time()
        extract(text)
        return time.process_time() - started

    took(1_000)
    assert took(most) <= 15 * took(most // 5) + most / 800_000  # squared, it would be 25
