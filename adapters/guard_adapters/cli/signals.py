"""`guard signals`: listen to streams of security events; set one up at its transmitter.

`add` reads the transmitter's metadata (SSF 1.0, 7.1) and creates the stream there; it prints the
entry for guard.yaml and changes no file of yours. `remove` ends the stream there.
"""

import argparse
import asyncio
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml

from guard.config import Installation
from guard.errors import Unusable
from guard.grant.secevent import CAEP
from guard_adapters._http.documents import change, post_json
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters.cli import FINE, Commands
from guard_adapters.cli.listing import none
from guard_adapters.cli.place import Place, add_place, place
from guard_adapters.cli.signals_status import STREAM, status
from guard_adapters.front.ssf.push import PREFIX
from guard_adapters.issuer.made import read_secret
from guard_adapters.wiring.signals.listening import metadata, to_be_told
from guard_adapters.wiring.signals.receiving import push_token

PUSH = "urn:ietf:rfc:8935"
POLL = "urn:ietf:rfc:8936"
WANTED = (
    "session-revoked",
    "token-claims-change",
    "credential-change",
    "assurance-level-change",
    "device-compliance-change",
    "risk-level-change",
)


def register(commands: Commands) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("signals", help="listen to streams of security events")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="create a stream at its transmitter")
    add.add_argument("name", help="what the stream is called here")
    add.add_argument("--transmitter", required=True, help="issuer URL of the transmitter")
    add.add_argument("--audience", required=True, help="as which this guard receives")
    add.add_argument("--token-file", default="", help="file with the token for its configuration")
    add.add_argument(
        "--token-origin",
        action="append",
        default=[],
        help="another origin than the transmitter's that may be sent the token; repeatable",
    )
    add.add_argument("--url", default="", help="how the transmitter reaches this guard")
    add.add_argument("--poll", action="store_true", help="fetch tokens instead of being pushed to")
    gone = actions.add_parser("remove", help="end a stream at its transmitter")
    gone.add_argument("name", help="what the stream is called here")
    listed = actions.add_parser("list", help="the streams of guard.yaml, and who is told")
    state = actions.add_parser("status", help="what the running guard hears and tells; 1 = silent")
    state.add_argument("name", nargs="?", default="", help="one stream, field by field")
    state.add_argument("--json", action="store_true", help="one JSON object a line")
    for one in (add, gone, listed, state):
        add_place(one)


def run(args: argparse.Namespace) -> int:
    """Do it and return the exit code.

    Raises:
        Unusable: `transmitter_unusable`: it is not there, or cannot do what is asked of it.
    """
    found = place(args)
    match args.action:
        case "add":
            print(asyncio.run(_added(args, found)))
        case "remove":
            print(asyncio.run(_removed(args.name, found)))
        case "status":
            return status(found, args.name, as_json=args.json)
        case _:
            _listed(found.installation or Installation())
    return FINE


def _listed(installation: Installation) -> None:
    for name, one in installation.signals.items():
        way = f"polled at {one.poll_url}" if one.poll_url else f"pushed to {PREFIX}/{name}"
        print(f"{name}  {one.issuer}  as {one.audience}  {way}")
    for name, told in installation.receivers.items():
        way = f"pushed to {told.push_url}" if told.push_url else "by a stream of its own"
        print(f"{name}  is told of {', '.join(told.events)}  as {told.audience}  {way}")
    if not installation.signals and not installation.receivers:
        print(none(STREAM))


async def _removed(name: str, found: Place) -> str:
    one = (found.installation or Installation()).signals.get(name)
    if one is None or not one.stream_id:
        raise Unusable(
            f"guard.yaml has no stream {name!r} with a stream_id.",
            code="stream_unknown",
            next_step="See `guard signals list`; without its id, end it at the transmitter.",
        )
    meta = await _metadata(one.issuer)
    token = read_secret(found.config.parent / one.token_file) if one.token_file else ""
    where = f"{meta['configuration_endpoint']}?{urlencode({'stream_id': one.stream_id})}"
    _trusted(where, one.issuer, one.token_origins)
    try:
        await change("DELETE", where, token=token)
    except UpstreamFailed as error:
        if str(error) != "status 404":  # it is gone already
            raise _no(f"it does not end the stream ({error})") from error
    # What it was told to bear is worth nothing from the next start on.
    (found.state / "keys" / f"signals-{name}.key").unlink(missing_ok=True)
    rest = f"Take {name} out of guard.signals, and start the guard again."
    return f"Stream {one.stream_id} is gone. {rest}"


async def _added(args: argparse.Namespace, found: Place) -> str:
    if not args.poll and not args.url:
        raise Unusable(
            "A transmitter that pushes must know where.",
            code="transmitter_unusable",
            next_step="Give --url https://..., the guard's public URL, or --poll.",
        )
    meta = await _metadata(args.transmitter)
    _trusted(meta["configuration_endpoint"], args.transmitter, args.token_origin)
    token = read_secret(Path(args.token_file)) if args.token_file else ""
    stream = await _created(meta, _request(args, found), token)
    entry = {
        "issuer": meta["issuer"],
        "jwks_url": meta["jwks_uri"],
        "audience": args.audience,
    }
    if args.poll:
        entry["poll_url"] = stream["delivery"]["endpoint_url"]
        entry["poll_token_file"] = args.token_file
    entry["stream_id"] = str(stream["stream_id"])
    if args.token_file:
        entry["token_file"] = args.token_file
    if args.token_origin:
        entry["token_origins"] = args.token_origin
    text = yaml.safe_dump({"signals": {args.name: entry}}, sort_keys=False)
    return f"# Stream {stream['stream_id']} exists. Put this below `guard:` in guard.yaml:\n{text}"


def _request(args: argparse.Namespace, found: Place) -> dict[str, Any]:
    if args.poll:
        delivery = {"method": POLL}
    else:
        delivery = {
            "method": PUSH,
            "endpoint_url": f"{args.url.rstrip('/')}{PREFIX}/{args.name}",
            "authorization_header": f"Bearer {push_token(found.state, args.name)}",
        }
    return {"delivery": delivery, "events_requested": [CAEP + name for name in WANTED]}


async def _metadata(issuer: str) -> Mapping[str, Any]:
    """Return the transmitter's metadata, with what is needed here."""
    try:
        meta = await metadata(issuer)
    except UpstreamFailed as error:
        raise _no(f"its metadata cannot be used ({error})") from error
    lacking = [name for name in ("jwks_uri", "configuration_endpoint") if not meta.get(name)]
    if lacking:
        raise _no(f"its metadata has no {' and no '.join(lacking)}")
    return meta


def _trusted(where: object, issuer: str, listed: Collection[str]) -> None:
    try:
        to_be_told(str(where), issuer, listed)
    except UpstreamFailed as error:
        raise _no(f"{error} (token_origins, --token-origin)") from error


async def _created(
    meta: Mapping[str, Any], request: Mapping[str, Any], token: str
) -> Mapping[str, Any]:
    try:
        # One try: a second one could create a second stream.
        stream = await post_json(str(meta["configuration_endpoint"]), request, token=token, tries=1)
    except UpstreamFailed as error:
        raise _no(f"it does not create the stream ({error})") from error
    delivery = stream.get("delivery")
    if not stream.get("stream_id") or not isinstance(delivery, dict):
        raise _no("its answer names no stream")
    if request["delivery"]["method"] == POLL and not delivery.get("endpoint_url"):
        raise _no("its answer does not say where to poll")
    return stream


def _no(why: str) -> Unusable:
    return Unusable(
        f"The transmitter cannot be used: {why}.",
        code="transmitter_unusable",
        next_step="Check its URL, the token for its configuration, and what it supports.",
    )
