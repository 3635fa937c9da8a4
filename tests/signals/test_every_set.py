# ruff: noqa: F811  the fixtures have the names of what they give
"""Every kind of wrong token, pushed and fetched, gets the answer of RFC 8935; every event does what CAEP says."""

import base64
import time

import pytest

from guard.errors import Refused
from guard_adapters.front.ssf.poll import Polled
from tests.signals.test_ssf import quiet, world  # noqa: F401  fixtures
from tests.signals_transmitter import CAEP, SSF, Transmitter, new_key

pytestmark = pytest.mark.signals

PERSON = {"format": "iss_sub", "iss": "https://idp.example", "sub": "ana"}
OTHER_KEY = new_key()


def but(sender, **changes):
    claims = sender.claims(CAEP + "session-revoked", PERSON, at=int(time.time())) | changes
    return sender.signed({name: one for name, one in claims.items() if one is not None})


def flipped(sender):
    head, body, mark = but(sender).split(b".")
    raw = bytearray(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
    raw[raw.index(b"ana")] ^= 1
    return b".".join([head, base64.urlsafe_b64encode(raw).rstrip(b"="), mark])


def unsigned(sender):
    return but(sender).rpartition(b".")[0] + b"."


WRONG = {
    "no token": ("invalid_request", lambda _: b"hello"),
    "two parts": ("invalid_request", lambda s: but(s).rpartition(b".")[0]),
    "names twice": ("invalid_request", lambda s: s.signed({}, raw=b'{"iss":"a","iss":"b"}')),
    "too large": ("invalid_request", lambda s: but(s, pad="x" * 70_000)),
    "another type": ("invalid_request", lambda s: s.signed({}, header={"typ": "at+jwt"})),
    "an end": ("invalid_request", lambda s: but(s, exp=int(time.time()) + 60)),
    "an old subject": ("invalid_request", lambda s: but(s, sub="ana")),
    "no subject": ("invalid_request", lambda s: but(s, sub_id=None)),
    "no id": ("invalid_request", lambda s: but(s, jti=None)),
    "two events": ("invalid_request", lambda s: but(s, events={CAEP + "a": {}, CAEP + "b": {}})),
    "another issuer": ("invalid_issuer", lambda s: but(s, iss="https://evil.example")),
    "another audience": ("invalid_audience", lambda s: but(s, aud="https://other.example")),
    "no algorithm": ("invalid_key", lambda s: s.signed({}, header={"alg": "none"})),
    "a shared key": ("invalid_key", lambda s: s.signed({}, header={"alg": "HS256"})),
    "an unknown key": ("invalid_key", lambda s: but(Transmitter(issuer=s.issuer, kid="k2"))),
    "a foreign key": ("invalid_key", lambda s: but(Transmitter(issuer=s.issuer, key=OTHER_KEY))),
    "a changed word": ("invalid_key", flipped),
    "no signature": ("invalid_key", unsigned),
    "a foreign state": ("invalid_state", lambda s: s.verification("guess", at=int(time.time()))),
}  # fmt: skip


async def test_every_wrong_token_that_is_pushed_is_answered_with_its_code(world) -> None:
    ana = await world.session()
    for name, (err, make) in WRONG.items():
        answer = await world.push(make(world.idp.sender))
        assert (answer.status_code, answer.json()["err"]) == (400, err), name
        assert answer.json()["description"], name
        assert answer.headers["content-type"] == "application/json", name
        assert answer.headers["content-language"] == "en", name
    assert await world.look(ana) == "seen"
    assert (await world.wired.world.sessions.get(ana)).signals == ()


async def test_every_wrong_token_that_is_fetched_is_reported_with_its_code(quiet) -> None:
    idp, source = quiet
    waiting = {name: make(idp.sender).decode() for name, (_, make) in WRONG.items()}
    good = but(idp.sender, sub_id={**PERSON, "sub": "somebody"}).decode()
    asked = []

    async def ask(body):
        asked.append(body)
        return {"sets": {**waiting, "good": good} if len(asked) == 1 else {}}

    polled = Polled(source=source, ask=ask)
    for _ in range(3):
        await polled.once()
    told = asked[1]["setErrs"]
    assert {name: one["err"] for name, one in told.items()} == {
        name: err for name, (err, _) in WRONG.items()
    }
    assert all(one["description"] for one in told.values())
    assert [body.get("ack", []) for body in asked] == [[], ["good"], []]
    assert "setErrs" not in asked[2]


@pytest.mark.parametrize(
    ("uri", "said", "kinds", "closed", "posture"),
    [
        (CAEP + "session-revoked", {}, [], "session_ended", False),
        (CAEP + "token-claims-change", {"claims": {"role": "reader"}}, ["claims_changed"], "", False),
        (CAEP + "credential-change", {"credential_type": "x509", "change_type": "revoke"}, ["credential_changed"], "", False),
        (CAEP + "assurance-level-change", {"namespace": "NIST-AAL", "current_level": "nist-aal1", "change_direction": "decrease"}, ["assurance_lowered"], "", False),
        (CAEP + "device-compliance-change", {"previous_status": "compliant", "current_status": "not-compliant"}, [], "", True),
        (CAEP + "risk-level-change", {"principal": "USER", "current_level": "MEDIUM"}, ["risk_level_medium"], "", False),
        (SSF + "stream-updated", {"status": "enabled"}, [], "", False),
        (SSF + "verification", {}, [], "", False),
        ("https://schemas.example/unheard-of", {"a": 1}, [], "", False),
    ],
)  # fmt: skip
async def test_every_event_is_answered_202_and_does_what_it_says(
    world, uri, said, kinds, closed, posture
) -> None:
    ana, bob = await world.session(), await world.session("bob")
    sender = world.idp.sender
    for _ in range(2):  # the same one again does nothing twice
        token = sender.signed(sender.claims(uri, PERSON, at=int(time.time()), **said))
        for _ in range(2):
            answer = await world.push(token)
            assert (answer.status_code, answer.content) == (202, b"")
        if closed:
            break
    held, other = [await world.wired.world.sessions.get(one) for one in (ana, bob)]
    assert sorted({one.kind for one in held.signals}) == kinds
    assert (held.closed, held.who.device.seen_at_ms > 0) == (closed, posture)
    assert not held.who.device.compliant
    assert (other.signals, other.closed, other.who.device.seen_at_ms) == ((), "", 0)


async def test_what_comes_out_of_order_is_taken_and_leaves_what_came_last_by_its_senders_clock(
    world,
) -> None:
    ana, sender, now = await world.session(), world.idp.sender, int(time.time())

    async def level(name, at):
        token = sender.caep("risk-level-change", PERSON, at=now, current_level=name, event_timestamp=at)  # fmt: skip
        assert (await world.push(token)).status_code == 202
        return [one.kind for one in (await world.wired.world.sessions.get(ana)).signals]

    assert await level("HIGH", now - 10) == ["risk_level_high"]
    assert await level("LOW", now - 60) == ["risk_level_high"]  # older than what it would lift
    with pytest.raises(Refused, match="risky"):
        await world.look(ana)
    assert await level("LOW", now - 5) == ["risk_level_low"]
    assert await level("HIGH", now - 10) == ["risk_level_low"]
    assert await world.look(ana) == "seen"
