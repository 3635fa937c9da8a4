"""What `guard doctor` says of people: rules that ask somebody, and nobody who could answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from guard.errors import GuardError, Unusable
from guard.grant.votes import Asker, Voter, answerable
from guard.model.decision import Requirement
from guard_adapters.cli.operator_client import OperatorClient
from guard_adapters.cli.place import Place
from guard_adapters.console.origin import origin_of
from guard_adapters.store.sqlite.reading import read_reviewers
from guard_adapters.wiring.load import Loaded
from guard_adapters.wiring.state.announcing import listening_at
from guard_adapters.wiring.state.rows_at import FILE

_FEW: Final = 5
"""Names that fit a line."""

_LATER: Final = 2**53
"""A time at which no passkey is too new (ms)."""


def approver(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """Say which rules ask people whom the reviewers file lacks, a line for the same people."""
    asking = {
        name: rule.requirement for name, rule in loaded.bundle.rules.items() if rule.requirement
    }
    unheard: dict[str, list[str]] = {}
    for name in sorted(asking):
        if why := _nobody(loaded, asking[name]):
            unheard.setdefault(why, []).append(name)
    for why, names in unheard.items():
        text = f"Too few can answer what these rules ask: {few(names)}. They ask {why}."
        tail = "Calls that they ask about are denied until the reviewers file lists enough people."
        yield "approver_missing", f"{text} {tail}"
    if asking:
        yield from _console(loaded)


def keyless(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """Say which rules ask people who are listed, and of whom too few have a passkey yet.

    Of a database without a guard that runs here nothing is said: who has one is not known.
    """
    listed = [
        (name, asked)
        for name, rule in sorted(loaded.bundle.rules.items())
        if (asked := rule.requirement) and not _nobody(loaded, asked)
    ]
    enrolled = _enrolled(loaded) if listed else None
    if enrolled is None:
        return
    short = [name for name, asked in listed if not _could(asked, enrolled)]
    if short:
        text = (
            f"Too few of those whom these rules ask have a passkey: {few(short)}. Calls that they"
        )
        tail = "ask about are denied (no_reviewer). Let people in: guard reviewers invite NAME."
        yield "reviewers_keyless", f"{text} {tail}"


def _could(asked: Requirement, enrolled: Sequence[Voter]) -> bool:
    if asked.kind == "self":  # who that will be is not known here
        return bool(enrolled)
    return sum(bool(one.groups & asked.groups) for one in enrolled) >= asked.quorum


def connected(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """Say which rules ask several people of whom too many let each other in: those count as one.

    Who let whom in is known to the guard that runs, or stands in its file; of a database without a
    guard that runs here nothing is said.
    """
    several = {
        name: asked
        for name, rule in loaded.bundle.rules.items()
        if (asked := rule.requirement) and asked.quorum > 1 and not _nobody(loaded, asked)
    }
    if not several:
        return
    people = _people(loaded)
    apart = [replace(one, invited_by="", key_enrolled_by="") for one in people]
    nobody = Asker(requester="nobody", agent="nobody")  # no principal: who asks is not known here
    short = sorted(
        name
        for name, asked in several.items()
        if answerable([asked], nobody, apart, _LATER)
        and not answerable([asked], nobody, people, _LATER)
    )
    if short:
        text = f"Those whom these rules ask let each other in and count as one: {few(short)}."
        tail = "Calls that they ask about are denied until enough are listed who did not."
        yield "reviewers_connected", f"{text} {tail} See docs/reviewers.md."


def _people(loaded: Loaded) -> Sequence[Voter]:
    """Return everybody of the reviewers file: who is not let in yet may be, by somebody else."""
    people = loaded.directory.people.values()
    known = {one.principal: one for one in _enrolled(loaded) or ()}
    return [
        known.get(one.principal)
        or Voter(principal=one.principal, groups=one.groups, uv=True, device_bound=True)
        for one in people
    ]


def _enrolled(loaded: Loaded) -> Sequence[Voter] | None:
    """Return everybody who has a passkey; None: that is not known from here."""
    if listening_at(loaded.state) is None:
        kept = loaded.installation.store
        if kept.url_env or kept.url_file:
            return None
        file = loaded.state / FILE
        try:
            return loaded.directory.voters(*read_reviewers(file)) if file.is_file() else ()
        except Unusable:
            return None  # a guard that is no server has it open
    try:
        place = Place(state=loaded.state, name=loaded.installation.name)
        rows = OperatorClient(place).ask("GET", "reviewers")["reviewers"]
    except GuardError:
        return None
    return [_voter(one) for one in rows if one["keys"]]


def _voter(row: Mapping[str, Any]) -> Voter:
    """Return a person at their best, as the running guard lists them."""
    key = max(row["keys"], key=lambda one: bool(one["device_bound"]))
    return Voter(
        principal=row["principal"],
        groups=frozenset(row["groups"]),
        uv=True,
        device_bound=key["device_bound"],
        key_enrolled_by=key["enrolled_by"],
        invited_by=row["invited_by"],
    )


def few(names: list[str]) -> str:
    """Return the names, the first of them where they would not fit a line."""
    listed = ", ".join(names[:_FEW])
    return listed if len(names) <= _FEW else f"{listed} and {len(names) - _FEW} more"


def _nobody(loaded: Loaded, asked: Requirement) -> str:
    people = loaded.directory.people.values()
    if asked.kind == "self":
        return "" if people else "the person themselves, and no reviewers are listed"
    could = [one for one in people if one.groups & asked.groups]
    if len(could) >= asked.quorum:
        return ""
    groups = " or ".join(sorted(asked.groups))
    return f"{asked.quorum} of {groups}, and {len(could)} are listed"


def _console(loaded: Loaded) -> Iterator[tuple[str, str]]:
    serve = loaded.installation.serve
    try:
        origin_of(serve.public_url or f"http://{serve.host}:{serve.port}")
    except Unusable as wrong:
        text = f"There is no console for reviewers: {wrong.message} {wrong.next_step}"
        yield "console_origin", text
