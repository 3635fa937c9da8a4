import base64
import json
import random
from urllib.parse import quote

import pytest

from guard.grant.scrub import GAP, Scrub

SECRET = "sk-live/CANARY+8 letters?"
RAW = SECRET.encode()

ECHOES = [
    RAW,
    json.dumps({"authorization": f"Bearer {SECRET}"}).encode(),
    base64.b64encode(RAW),
    base64.urlsafe_b64encode(b"user:" + RAW),
    base64.b64encode(b"ab" + RAW + b"tail"),
    quote(SECRET).encode(),
    quote(SECRET, safe="").encode(),
    RAW.hex().encode(),
    RAW.hex().upper().encode(),
    RAW.upper(),
]


@pytest.mark.parametrize("echo", ECHOES, ids=repr)
def test_the_secret_is_taken_out_wherever_the_chunks_break(echo):
    for cut in range(len(echo) + 1):
        scrub = Scrub(SECRET)
        clean = scrub.feed(echo[:cut]) + scrub.feed(echo[cut:]) + scrub.rest()
        assert GAP in clean
        assert scrub.hits == 1
        assert RAW not in clean


@pytest.mark.parametrize("echo", ECHOES, ids=repr)
def test_byte_by_byte_too(echo):
    scrub = Scrub(SECRET)
    clean = b"".join(scrub.feed(echo[i : i + 1]) for i in range(len(echo))) + scrub.rest()
    assert scrub.hits == 1
    assert GAP in clean


def test_what_holds_no_secret_comes_out_as_it_was():
    dice = random.Random(5)
    for _ in range(300):
        text = bytes(dice.choices(b"sk-live/CANARY+8 \n", k=60))
        scrub, clean, at = Scrub(SECRET), b"", 0
        while at < len(text):
            size = dice.randint(1, 9)
            clean += scrub.feed(text[at : at + size])
            at += size
        assert clean + scrub.rest() == text
        assert scrub.hits == 0


def test_the_end_of_an_event_does_not_wait_for_the_next_one():
    assert Scrub(SECRET).feed(b'data: {"a":1}\n\n') == b'data: {"a":1}\n\n'


def test_a_short_secret_is_refused_and_none_is_shown():
    with pytest.raises(ValueError, match="7 bytes"):
        Scrub("1234567")
    assert SECRET not in repr(Scrub(SECRET))
