"""`guard keys show`: the public keys of an installation. Secrets are neither shown nor made."""

import argparse
import json
from typing import Any

from guard.audit.check import vkey
from guard.errors import Unusable
from guard.grant.signing import jwks
from guard_adapters.cli import FINE, Commands
from guard_adapters.cli.place import Place, add_place, place
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.wiring.build import log_key


def register(commands: Commands) -> None:
    """Add the command and its action."""
    parser = commands.add_parser("keys", help="show the public keys")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="key ids, the key set of call tokens, the log's key")
    show.add_argument("--json", action="store_true", help="one JSON object")
    add_place(show)


def run(args: argparse.Namespace) -> int:
    """Show the keys and return the exit code.

    Raises:
        Unusable: `keys_missing`: this guard has never run; `key_file_unsafe`, `..._unreadable`.
    """
    found = public(place(args))
    if args.json:
        print(json.dumps(found, separators=(",", ":")))
        return FINE
    print(f"call tokens  {found['issuer']}  kid {found['kid']}")
    print(f"key set      {json.dumps(found['jwks'], separators=(',', ':'))}")
    print(f"audit log    {found['audit_vkey']}")
    print("Keep the last line elsewhere: guard audit verify --key takes it.")
    return FINE


def public(found: Place) -> dict[str, Any]:
    """Return issuer, key id, key set and the log's public key."""
    keys = found.state / "keys"
    missing = [name for name in ("calltoken.pem", "audit.key") if not (keys / name).exists()]
    if missing:
        raise Unusable(
            f"{str(keys)!r} holds no {' and no '.join(missing)}.",
            code="keys_missing",
            next_step="They are made when the guard first runs: start it, or name its folder.",
        )
    signer, log = LocalSigner.from_file(keys / "calltoken.pem"), log_key(found.state, found.name)
    return {
        "issuer": found.name,
        "kid": signer.kid,
        "jwks": jwks([signer.public_jwk]),
        "audit_vkey": vkey(log.origin, log.key.public_key()),
    }
