import copy
import pickle

import pytest

from guard.grant.dpop import Proof, check_proof
from guard.testing import CountedIds, FrozenClock
from guard_adapters.issuer.proof_key import ProofKey, SessionKeys

URL = "https://ledger.example/mcp"


def made():
    return ProofKey(clock=FrozenClock(), ids=CountedIds())


def test_each_proof_is_for_one_request():
    key, clock = made(), FrozenClock()
    one, other = (key.proof("POST", URL, token="t", nonce="n") for _ in range(2))
    for text in (one, other):
        proof = Proof(text=text, method="POST", url=URL, nonces=("n",))
        assert check_proof(proof, token="t", jkt=key.jkt, now_ms=clock.ms).jkt == key.jkt
    assert one != other


def test_a_key_is_neither_shown_nor_kept():
    key = made()
    assert repr(key) == f"ProofKey(jkt={key.jkt!r})"
    for keep in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="private key"):
            keep(key)


def test_a_session_keeps_its_key_and_shares_it_with_none():
    keys = SessionKeys(clock=FrozenClock(), ids=CountedIds())
    assert keys.of("a") is keys.of("a")
    assert keys.of("a").jkt != keys.of("b").jkt


def test_the_key_that_was_used_longest_ago_goes_first():
    keys = SessionKeys(clock=FrozenClock(), ids=CountedIds(), most=2)
    a, b = keys.of("a"), keys.of("b")
    assert keys.of("a") is a
    keys.of("c")
    assert keys.of("a") is a
    assert keys.of("b") is not b
