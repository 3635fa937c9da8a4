"""The vectors: what the file says is what the verifier answers, and the file is what its maker makes."""

import json

import pytest

from guard.grant.delegation import Delegation
from guard.grant.presented import STEPS, public_keys
from guard.grant.replay import MemoryReplay, ReplayUnavailable
from guard.grant.verify import CallRefused, Profile, Proof, verify_call
from tests.vectors.make_call_token import PATH, text

DOCUMENT = json.loads(PATH.read_text(encoding="utf-8"))


class Full:
    start_ms = 0

    def first(self, key, until_ms, now_ms):
        raise ReplayUnavailable("full")


class Shown:
    start_ms = 0

    def first(self, key, until_ms, now_ms):
        return False


def memory(kind, now_ms):
    return {
        "empty": MemoryReplay(start_ms=now_ms - 60_000),
        "cold": MemoryReplay(start_ms=now_ms),
        "full": Full(),
        "shown": Shown(),
    }[kind]


def shown(case):
    nonces = tuple(case["nonces"]) if "nonces" in case else None
    return Proof(
        text=case["proof"],
        method=case["method"],
        url=case["url"],
        nonces=nonces,
        bearing=case.get("bearing", "ath"),
    )


def certificates(case):
    if "delegations" not in case:
        return None
    pairs = [{**one, "tools": frozenset(map(tuple, one["tools"]))} for one in case["delegations"]]
    return {one["kid"]: Delegation(**one) for one in pairs}


def verified(case):
    """Return `accepted`, or the code of the verifier's refusal."""
    try:
        verify_call(
            case["token"],
            case["tool"],
            case["arguments"],
            now_ms=case["now_ms"],
            keys=public_keys(DOCUMENT["jwks"]),
            issuer=DOCUMENT["issuer"],
            audience=DOCUMENT["audience"],
            replay=memory(case.get("replay", "empty"), case["now_ms"]),
            schema_s256=case.get("schema_s256"),
            binding_min=case.get("binding_min", 0),
            sender_constrained=case.get("sender_constrained", False),
            proof=shown(case) if "proof" in case else None,
            profile=Profile(case.get("profile", "tool-call+jwt")),
            trust_domain=case.get("trust_domain", ""),
            delegations=certificates(case),
            epochs={(kind, name): at for kind, name, at in case.get("epochs", [])},
        )
    except CallRefused as no:
        return no.code
    return "accepted"


@pytest.mark.parametrize("case", DOCUMENT["cases"], ids=lambda case: case["name"])
def test_the_verifier_answers_as_the_vector_says(case):
    assert verified(case) == case["expect"]


def test_every_code_has_a_vector():
    assert set(STEPS) <= {case["expect"] for case in DOCUMENT["cases"]}


def test_the_committed_file_is_what_its_maker_makes():
    assert PATH.read_text(encoding="utf-8") == text()
