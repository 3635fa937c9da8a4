"""Every way to write a value, in every sentence that people put it into, in three languages."""

import pytest

from guard.provenance.request.entities import extract

SENTENCES = (
    "{}",
    "Please look at {} now",
    "Look at {}, then stop.",
    "(see {})",
    "It is about {}; nothing else",
    "Bitte sieh dir {} an",
    "Es geht um {}.",
    "Regarde {} maintenant, merci",
    "C'est pour {} !",
    "First line.\n{}\nLast line",
)
VALUES = (
    ("ada@corp.example", "email", "ada@corp.example"),
    ("Ada.Lovelace@Corp.Example", "email", "ada.lovelace@corp.example"),
    ("ada+bills@mail.corp.example", "email", "ada+bills@mail.corp.example"),
    ("a_b-c@x-y.example", "email", "a_b-c@x-y.example"),
    ("DE89370400440532013000", "iban", "DE89370400440532013000"),
    ("DE89 3704 0044 0532 0130 00", "iban", "DE89370400440532013000"),
    ("de89370400440532013000", "iban", "DE89370400440532013000"),
    ("GB29NWBK60161331926819", "iban", "GB29NWBK60161331926819"),
    ("FR14 2004 1010 0505 0001 3M02 606", "iban", "FR1420041010050500013M02606"),
    ("https://news.example", "url", "news.example"),
    ("https://news.example/a", "url", "news.example/a"),
    ("https://News.Example/A?b=1", "url", "news.example/A?b=1"),
    ("http://news.example:8080/a", "url", "news.example:8080/a"),
    ("www.news.example", "url", "www.news.example"),
    ("www.news.example/today", "url", "www.news.example/today"),
    ("$50", "amount", "50 USD"),
    ("$1,200.50", "amount", "1200.5 USD"),
    ("50 EUR", "amount", "50 EUR"),
    ("€ 50", "amount", "50 EUR"),
    ("49.90 €", "amount", "49.9 EUR"),
    ("100 dollars", "amount", "100 USD"),
    ("20 GBP", "amount", "20 GBP"),
    ("£12", "amount", "12 GBP"),
    ("10%", "percent", "10"),
    ("12.5 %", "percent", "12.5"),
    ("10 percent", "percent", "10"),
    ("2026-11-24", "date", "2026-11-24"),
    ("November 24th, 2026", "date", "2026-11-24"),
    ("24 November 2026", "date", "2026-11-24"),
    ("24. Dezember 2026", "date", "2026-12-24"),
    ("14 juillet 2026", "date", "2026-07-14"),
    ("May 15th", "date", "--05-15"),
    ("the 3rd of March", "date", "--03-03"),
    ("9:30", "time", "09:30"),
    ("9:30am", "time", "09:30"),
    ("2 pm", "time", "14:00"),
    ("12:00 pm", "time", "12:00"),
    ("17:45", "time", "17:45"),
    ("ticket #42", "object_id", "42"),
    ("order ORD-77", "object_id", "ord-77"),
    ("invoice INV-2026-9", "object_id", "inv-2026-9"),
    ("event id 13", "object_id", "13"),
    ("Dora Smith", "name", "Dora Smith"),
    ("O'Brien", "name", "O'Brien"),
    ("Jean-Luc Moreau", "name", "Jean-Luc Moreau"),
    ("@kim", "name", "kim"),
    ("the general channel", "name", "general"),
    ("'old plan'", "quoted", "old plan"),
    ('"Quarterly review"', "quoted", "Quarterly review"),
    ("“Grand plan”", "quoted", "Grand plan"),
    ("report-2026.pdf", "filename", "report-2026.pdf"),
    ("notes_v2.txt", "filename", "notes_v2.txt"),
    ("Budget.xlsx", "filename", "Budget.xlsx"),
)


@pytest.mark.parametrize("written", VALUES, ids=lambda one: one[0])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_value_is_read_wherever_it_stands(sentence, written):
    text, kind, canonical = written
    found = {(one.kind, one.canonical) for one in extract(sentence.format(text))}
    assert (kind, canonical) in found
