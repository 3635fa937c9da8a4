"""`guard keys`: show the public keys of an installation, and rotate that of call tokens.

Private keys are never shown. A key signs only after verifiers had time to learn of it.
"""

import argparse
import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from guard.audit.check import vkey
from guard.errors import Refused, Unavailable, Unusable
from guard.grant.rotation import InUse, Retired
from guard.grant.signing import jwks, thumbprint
from guard_adapters.cli import FINE, Commands
from guard_adapters.cli.operator_client import OperatorClient
from guard_adapters.cli.place import Place, add_place, place
from guard_adapters.issuer.key_ring import CURRENT, Keys, read, rotate
from guard_adapters.issuer.made import Maker
from guard_adapters.issuer.transit import TransitKeys
from guard_adapters.store.clock import SystemClock, SystemIds
from guard_adapters.wiring.build import log_key
from guard_adapters.wiring.credentials.signer import transit_keys


def register(commands: Commands) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("keys", help="show the public keys, rotate that of call tokens")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, text in (
        ("show", "key ids, the key set of call tokens, the log's key"),
        ("rotate", "publish the next key of call tokens; five minutes later, let it sign"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("--json", action="store_true", help="one JSON object")
        if name == "rotate":
            why = "the keys may be in other hands: end them now, and let a new one sign"
            action.add_argument("--stolen", action="store_true", help=why)
        add_place(action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The keys of call tokens at one moment, whoever holds them. Times in Unix milliseconds."""

    kid: str
    following: str = ""
    usable_ms: int = 0
    retired: Sequence[Retired] = ()
    published: Sequence[Mapping[str, str]] = ()


def run(args: argparse.Namespace) -> int:
    """Show the keys, after rotating them where asked, and return the exit code.

    Raises:
        Unusable: `keys_missing`: this guard has never run; `key_not_yet_usable`;
            `key_file_unsafe`, `..._unreadable`; `signer_unusable`.
        Unavailable: `signer_unavailable`.
    """
    where, turn = place(args), args.action == "rotate"
    stolen = turn and args.stolen
    before, shown = _turned(where, turn=turn, stolen=stolen)
    kept = {thumbprint(one) for one in shown.published}
    ended = [kid for one in before.published if (kid := thumbprint(one)) not in kept]
    told = stolen and _void(where, ended)
    found = {**public(where, shown), "ended": ended, "told": told}
    if args.json:
        print(json.dumps(found, separators=(",", ":")))
        return FINE
    print(f"call tokens  {found['issuer']}  kid {found['kid']}")
    if shown.following:
        print(f"next         kid {shown.following}, may sign from {_moment(shown.usable_ms)}")
    for one in found["retired"]:
        print(f"retired      kid {one['kid']}, published until {_moment(one['until_ms'])}")
    for kid in ended if stolen else ():
        what = "servers that follow the guard know" if told else f"now run: {killing(kid)}"
        print(f"ended        kid {kid}, {what}")
    print(f"key set      {json.dumps(found['jwks'], separators=(',', ':'))}")
    print(f"audit log    {found['audit_vkey']}")
    print("Keep the last line elsewhere: guard audit verify --key takes it.")
    return FINE


def killing(kid: str) -> str:
    """Return the command that makes void what a key signed; its name may begin like an option."""
    return f"guard kill key {'-- ' if kid.startswith('-') else ''}{kid}"


def _turned(where: Place, *, turn: bool, stolen: bool) -> tuple[Shown, Shown]:
    """Return the keys as they were and as they are, after rotating them where asked."""
    held = None if where.installation is None else transit_keys(where.installation, _maker(where))
    _must_exist(where, here=held is None)
    if held is not None:
        return asyncio.run(_of_server(held, turn=turn, stolen=stolen))
    folder, now_ms = where.state / "keys", SystemClock().now_ms()
    before = read(folder)
    after = rotate(folder, now_ms=now_ms, stolen=stolen) if turn else before
    return _of_files(before, now_ms), _of_files(after, now_ms)


def _void(where: Place, kids: Sequence[str]) -> bool:
    """Have the running guard tell servers that nothing of these keys is good; return whether."""
    try:
        guard = OperatorClient(where)
        for kid in kids:
            guard.ask("POST", "kills", {"scope": "key", "name": kid, "why": "stolen"})
    except (Refused, Unavailable):
        return False  # no guard runs here, or it will not: what is to be done is said instead
    return True


def _of_files(keys: Keys, now_ms: int) -> Shown:
    return Shown(
        kid=keys.current.kid,
        following=keys.following.kid if keys.following is not None else "",
        usable_ms=keys.usable_ms,
        retired=[one for one in keys.retired if one.until_ms > now_ms],
        published=keys.published(now_ms),
    )


async def _of_server(held: TransitKeys, *, turn: bool, stolen: bool) -> tuple[Shown, Shown]:
    try:
        await held.look()
        before = held.in_use()
        if turn:
            await held.rotate(stolen=stolen)
        return _of_versions(before), _of_versions(held.in_use())
    finally:
        await held.aclose()


def _of_versions(found: InUse) -> Shown:
    following = found.following[0] if found.following else None
    return Shown(
        kid=thumbprint(found.signing.jwk),
        following="" if following is None else thumbprint(following.jwk),
        usable_ms=0 if following is None else following.usable_ms,
        retired=found.retired,
        published=found.published(),
    )


def _maker(where: Place) -> Maker:
    return Maker(
        guard_id="", clock=SystemClock(), ids=SystemIds(), folder=where.config.parent, timeout_s=5.0
    )


def public(where: Place, shown: Shown) -> dict[str, Any]:
    """Return issuer, key ids, key set and the log's public key."""
    log = log_key(where.state, where.name)
    following = {"kid": shown.following, "usable_ms": shown.usable_ms} if shown.following else None
    return {
        "issuer": where.name,
        "kid": shown.kid,
        "next": following,
        "retired": [
            {"kid": thumbprint(one.jwk), "until_ms": one.until_ms} for one in shown.retired
        ],
        "jwks": jwks(shown.published),
        "audit_vkey": vkey(log.origin, log.key.public_key()),
    }


def _must_exist(found: Place, *, here: bool) -> None:
    keys = found.state / "keys"
    wanted = (CURRENT, "audit.key") if here else ("audit.key",)
    missing = [name for name in wanted if not (keys / name).exists()]
    if missing:
        raise Unusable(
            f"{str(keys)!r} holds no {' and no '.join(missing)}.",
            code="keys_missing",
            next_step="They are made when the guard first runs: start it, or name its folder.",
        )


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")
