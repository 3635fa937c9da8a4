"""Makes step_up.json: what reviewers sign, and what a check must answer. Run it to make it anew."""

import json
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from guard.grant.assertion import Assertion, Signed, SigningKey
from guard.grant.binding import binding
from tests.authenticator import PLACE, UP, Authenticator, p256

PATH = Path(__file__).with_name("step_up.json")
VIEW = '{"action":"bank/pay","arguments":{"amount_minor":250000}}'
ENVELOPE = {
    "server": "bank", "tool": "pay", "schema_sha256": "a" * 64,
    "bytes_sha256": sha256(b'{"amount_minor":250000}').hexdigest(), "session": "gs_1",
    "workload": "", "principal": "https://id.example|ana", "policy_version": "p" * 64,
    "intent_sha256": "",
}  # fmt: skip


def signed(**more: Any) -> Signed:
    good = Signed(
        approval="apr_" + "0a" * 18,
        binding=binding(**ENVELOPE)[0],
        nonce="0b" * 32,
        view_sha256=sha256(VIEW.encode()).hexdigest(),
        reviewer="https://id.example|bob",
        decision="approve",
        pending_until_ms=1_767_607_500_000,
        grant_ttl_s=60,
        seen_sha256=sha256(b"0a" * 12).hexdigest(),
    )
    return replace(good, **more)


def case(name: str, answer: str, given: Assertion, key: SigningKey, what: Signed) -> dict[str, Any]:
    return {
        "name": name,
        "answer": answer,
        "signed": asdict(what),
        "challenge": what.challenge().hex(),
        "client_data": given.client_data.hex(),
        "authenticator_data": given.authenticator_data.hex(),
        "signature": given.signature.hex(),
        "spki": key.spki.hex(),
        "alg": key.alg,
    }


def cases() -> list[dict[str, Any]]:
    one, what = Authenticator(), signed()
    good = one.sign(what.challenge())
    return [
        case("yes", "signed", good, one.key, what),
        case("a no is another challenge", "assertion_wrong_challenge", good, one.key, signed(decision="deny")),
        case("another reviewer", "assertion_wrong_challenge", good, one.key, signed(reviewer="https://id.example|eve")),
        case("another call", "assertion_wrong_challenge", good, one.key, signed(binding="0" * 64)),
        case("another view", "assertion_wrong_challenge", good, one.key, signed(view_sha256="0" * 64)),
        case("another page", "assertion_wrong_challenge", good, one.key, signed(seen_sha256="0" * 64)),
        case("another question", "assertion_wrong_challenge", good, one.key, signed(approval="apr_" + "0c" * 18)),
        case("a longer life", "assertion_wrong_challenge", good, one.key, signed(grant_ttl_s=3600)),
        case("a later limit", "assertion_wrong_challenge", good, one.key, signed(pending_until_ms=1_767_607_500_001)),
        case("another key", "assertion_bad_signature", good, Authenticator(private=p256(2)).key, what),
        case("in a frame", "assertion_framed", one.sign(what.challenge(), crossOrigin=True), one.key, what),
        case("not present", "assertion_no_presence", Authenticator(flags=0).sign(what.challenge()), one.key, what),
        case("present only", "signed", Authenticator(flags=UP).sign(what.challenge()), one.key, what),
    ]  # fmt: skip


def text() -> str:
    document = {
        "label": "guard/approval/v1",
        "origin": PLACE.origin,
        "rp_id": PLACE.rp_id,
        "view": VIEW,
        "envelope": ENVELOPE,
        "binding": binding(**ENVELOPE)[0],
        "cases": cases(),
    }
    return json.dumps(document, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
