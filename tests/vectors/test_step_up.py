"""The vectors of what reviewers sign: the file says it, the guard answers so, the maker makes it."""

import json

import pytest

from guard.grant.assertion import Assertion, NotSigned, Place, Signed, SigningKey, proven
from tests.vectors.make_step_up import PATH, text

DOCUMENT = json.loads(PATH.read_text(encoding="utf-8"))
PLACE = Place(origin=DOCUMENT["origin"], rp_id=DOCUMENT["rp_id"])


@pytest.mark.parametrize("case", DOCUMENT["cases"], ids=lambda case: case["name"])
def test_the_check_answers_as_the_vector_says(case):
    challenge = Signed(**case["signed"]).challenge()
    assert challenge.hex() == case["challenge"]
    names = ("client_data", "authenticator_data", "signature")
    given = Assertion(**{name: bytes.fromhex(case[name]) for name in names})
    key = SigningKey(spki=bytes.fromhex(case["spki"]), alg=case["alg"])
    try:
        proven(given, key, challenge, PLACE)
        answer = "signed"
    except NotSigned as refused:
        answer = refused.code
    assert answer == case["answer"]


def test_the_file_is_what_its_maker_makes():
    assert PATH.read_text(encoding="utf-8") == text()
