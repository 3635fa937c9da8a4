"""Reads the known-bad calls of guard.yaml, by which attention is measured."""

from guard.config import Installation
from guard.grant.canary import ListedBaits
from guard.model.call import argument_bytes


def baits_of(installation: Installation) -> ListedBaits | None:
    """Return the known-bad calls of guard.yaml; None: attention is not measured."""
    every = installation.settings.canary_every
    if not every or not installation.canaries:
        return None
    listed: dict[str, list[bytes]] = {}
    for one in installation.canaries:
        listed.setdefault(one.tool, []).append(argument_bytes(one.arguments))
    return ListedBaits(every=every, by_action=listed)
