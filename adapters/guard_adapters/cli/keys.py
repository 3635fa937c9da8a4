"""`guard keys`: show the public keys of an installation, and rotate that of call tokens.

Private keys are never shown. A key signs only after verifiers had time to learn of it.
"""

import argparse
import json
from datetime import UTC, datetime
from typing import Any

from guard.audit.check import vkey
from guard.errors import Unusable
from guard.grant.signing import jwks, thumbprint
from guard_adapters.cli import FINE, Commands
from guard_adapters.cli.place import Place, add_place, place
from guard_adapters.issuer.key_ring import CURRENT, Keys, read, rotate
from guard_adapters.store.clock import SystemClock
from guard_adapters.wiring.build import log_key


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


def run(args: argparse.Namespace) -> int:
    """Show the keys, after rotating them where asked, and return the exit code.

    Raises:
        Unusable: `keys_missing`: this guard has never run; `key_not_yet_usable`;
            `key_file_unsafe`, `..._unreadable`.
    """
    where, now_ms = place(args), SystemClock().now_ms()
    _must_exist(where)
    folder = where.state / "keys"
    if args.action == "rotate":
        keys = rotate(folder, now_ms=now_ms, stolen=args.stolen)
    else:
        keys = read(folder)
    found = public(where, keys, now_ms)
    if args.json:
        print(json.dumps(found, separators=(",", ":")))
        return FINE
    print(f"call tokens  {found['issuer']}  kid {found['kid']}")
    if keys.following is not None:
        print(f"next         kid {keys.following.kid}, may sign from {_moment(keys.usable_ms)}")
    for one in found["retired"]:
        print(f"retired      kid {one['kid']}, published until {_moment(one['until_ms'])}")
    print(f"key set      {json.dumps(found['jwks'], separators=(',', ':'))}")
    print(f"audit log    {found['audit_vkey']}")
    print("Keep the last line elsewhere: guard audit verify --key takes it.")
    return FINE


def public(found: Place, keys: Keys, now_ms: int) -> dict[str, Any]:
    """Return issuer, key ids, key set and the log's public key."""
    log = log_key(found.state, found.name)
    following = keys.following and {"kid": keys.following.kid, "usable_ms": keys.usable_ms}
    return {
        "issuer": found.name,
        "kid": keys.current.kid,
        "next": following,
        "retired": [
            {"kid": thumbprint(one.jwk), "until_ms": one.until_ms}
            for one in keys.retired
            if one.until_ms > now_ms
        ],
        "jwks": jwks(keys.published(now_ms)),
        "audit_vkey": vkey(log.origin, log.key.public_key()),
    }


def _must_exist(found: Place) -> None:
    keys = found.state / "keys"
    missing = [name for name in (CURRENT, "audit.key") if not (keys / name).exists()]
    if missing:
        raise Unusable(
            f"{str(keys)!r} holds no {' and no '.join(missing)}.",
            code="keys_missing",
            next_step="They are made when the guard first runs: start it, or name its folder.",
        )


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")
