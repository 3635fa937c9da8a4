"""The operator's routes over one guard, every part of them under one token."""

from collections.abc import Callable
from pathlib import Path

from starlette.routing import Route

from guard_adapters.front.operator.kills import epoch_route, kill_table
from guard_adapters.front.operator.leases import lease_table
from guard_adapters.front.operator.narrowing import narrowing_table
from guard_adapters.front.operator.routes import operator_routes
from guard_adapters.front.operator.runs import run_table
from guard_adapters.front.operator.signals import signal_table
from guard_adapters.front.operator.tallies import tally_table
from guard_adapters.front.operator.tasks import task_table
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.detectors.door import watch_of
from guard_adapters.wiring.load import load
from guard_adapters.wiring.operator.desk import OPERATOR, OperatorDesk
from guard_adapters.wiring.operator.kills import KillDesk
from guard_adapters.wiring.operator.leases import LeaseDesk
from guard_adapters.wiring.operator.narrowing import NarrowingDesk
from guard_adapters.wiring.operator.runs import RunDesk
from guard_adapters.wiring.operator.tallies import TallyDesk
from guard_adapters.wiring.operator.tasks import TaskDesk
from guard_adapters.wiring.sources import Sources
from guard_adapters.wiring.state.keys import secret


def routes(wired: Wired) -> list[Route]:
    """Return the operator's routes over one guard; its token is made where there is none."""
    desk = OperatorDesk(
        world=wired.world,
        reauthorizing=wired.reauthorizing,
        log_reader=wired.store.log,
        reload_bundle=reloading(wired, wired.loaded.file),
        door=wired.door,
        max_intent_bytes=wired.guard.settings.max_intent_bytes,
    )
    token = secret(wired.loaded.state / "keys" / "operator.key").hex()
    leases, runs = LeaseDesk(world=wired.world), RunDesk(world=wired.world, by=OPERATOR)
    tasks = task_table(
        TaskDesk(
            world=wired.world,
            reauthorizing=wired.reauthorizing,
            by=OPERATOR,
            max_intent_bytes=wired.guard.settings.max_intent_bytes,
            catalog=lambda: wired.bundle.catalog,
        )
    )
    narrowing = NarrowingDesk(
        world=wired.world,
        reauthorizing=wired.reauthorizing,
        accesses=lambda: wired.bundle.catalog.accesses,
    )
    sources = signal_table(Sources(world=wired.world, reauthorizing=wired.reauthorizing))
    kills = KillDesk(
        world=wired.world, policy=lambda: wired.bundle, by=OPERATOR, faults=wired.faults
    )
    tallies = tally_table(TallyDesk(world=wired.world))
    more = (*lease_table(leases), *run_table(runs), *tasks, *tallies)
    takes = (*narrowing_table(narrowing), *kill_table(kills), *sources)
    return [
        *operator_routes(desk, token, (*more, *takes)),
        epoch_route(kills),
    ]


def reloading(wired: Wired, path: Path) -> Callable[[], tuple[str, str]]:
    """Return what reads guard.yaml and its policies again and swaps the bundle in force.

    Only rules, catalogue, reviewers and detectors change; what else stands there needs a restart.
    """

    def swap() -> tuple[str, str]:
        old, fresh = wired.bundle, load(path)
        wired.bundle = fresh.bundle  # one reference: running decisions keep the old one
        wired.directory, wired.roots = fresh.directory, fresh.roots
        wired.watch = watch_of(fresh.state, fresh.installation.detectors)
        if wired.site is not None:
            wired.site.bundle = fresh.site
        return old.digest, fresh.bundle.digest

    return swap
