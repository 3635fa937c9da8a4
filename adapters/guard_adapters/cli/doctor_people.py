"""What `guard doctor` says of people: rules that ask somebody, and nobody who could answer."""

from collections.abc import Iterator

from guard.errors import Unusable
from guard.model.decision import Requirement
from guard_adapters.console.origin import origin_of
from guard_adapters.wiring.load import Loaded


def approver(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """Say which rules ask people whom the reviewers file does not have."""
    asking = {
        name: rule.requirement for name, rule in loaded.bundle.rules.items() if rule.requirement
    }
    for name in sorted(asking):
        why = _nobody(loaded, asking[name])
        if why:
            text = f"Rule {name} asks people: {why}. Calls that it asks about are denied"
            yield "approver_missing", f"{text} until the reviewers file lists enough of them."
    if asking:
        yield from _console(loaded)


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
