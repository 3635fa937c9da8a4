"""What `guard doctor` says of people: rules that ask somebody, and nobody who could answer."""

from collections.abc import Iterator
from typing import Final

from guard.errors import Unusable
from guard.model.decision import Requirement
from guard_adapters.console.origin import origin_of
from guard_adapters.wiring.load import Loaded

_FEW: Final = 5
"""Names that fit a line."""


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
