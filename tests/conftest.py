"""How the suite is spread over processes, and where it writes: into memory, where there is room.

A file is one unit of work, and what waits goes first. Files with real peers come first: they wait
for others most of the time, and pure tests fill the time in between. Within a file the order is as
written.
"""

import gc
import inspect
import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.forked import python
from tests.forked.brief import brief
from tests.outside import OUTSIDE
from tests.peers import copied
from tests.tables import rows_of, whole

# How fast a machine is that does other things as well says nothing about an outcome.
settings.register_profile("any", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any")
# See tests/many.py: `make soak` plays all of them.
settings.register_profile("ci", settings.get_profile("ci"), max_examples=20)

WAIT_FOR_OTHERS = ("browser", "peer", "conformance", "signals", "frameworks")
"""Markers of tests that start a process or a server, those that take longest first."""

LONG = {
    "test_wheel.py", "test_examples.py", "test_starter_policies.py", "test_house.py", "test_layers.py",
    "test_asks.py", "test_recorded_hijackings.py", "test_question_too_long_to_read.py", "test_docs.py",
}  # fmt: skip
"""Files without these markers that take long with few tests: begun last, they would run alone."""

SELDOM = 20_000, 20, 100
"""How often garbage is looked for, as `gc.set_threshold` takes it: at 700 objects it took 6 % of a worker."""

ROOT = Path(__file__).resolve().parents[1]
MEMORY, ROOM = Path("/dev/shm"), 6 << 30
"""Bytes that have to be free in it: each process has a database server of its own."""


def interrupted(_number, _frame):
    raise KeyboardInterrupt


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Keep all that tests write in memory: each store waits for its disk at every commit.

    What a killed guard had written is there all the same: a kill takes no page from the system.
    """
    # Else each loop of asyncio puts a handler of its own there and looks whether it still is: to find
    # that it is no number, Python writes it out, with all that its task has returned.
    signal.signal(signal.SIGINT, interrupted)
    forked = sys.modules.get("tests.forked.imported")
    if forked is not None:
        sys.executable = forked.INTERPRETER
    if hasattr(config, "workerinput"):
        brief(config)
    # No test speaks to the world. To read whom the world believes takes each client tens of CPU-ms,
    # and a machine may say it in places of its own; this folder holds no certificate.
    for place in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"):
        said = os.environ.pop(place, None)
        if said is not None:  # what fetches programs still has to believe the machine
            os.environ[f"{OUTSIDE}{place}"] = said
    os.environ["SSL_CERT_DIR"] = str(ROOT / "tests")
    # Each parser of a command looks for translations of its words, in some ten places.
    os.environ.setdefault("LANGUAGE", "C")
    # Node's programs are started some seventy times, and compiled once.
    os.environ.setdefault("NODE_COMPILE_CACHE", str(ROOT / ".cache" / "node" / "compiled"))
    memory = "TMPDIR" not in os.environ and MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    if memory and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
    config.add_cleanup(copied.begin())


def pytest_addoption(parser):
    """Let a night have more than an hour: `make soak ARGS="-k killed_guards --kills 10000 ..."`."""
    soak = parser.getgroup("soak")
    soak.addoption("--attempts", type=int, default=20_000, help="to use an approval, each store")
    soak.addoption("--kills", type=int, default=300, help="of guards that use approvals")


def pytest_xdist_auto_num_workers():
    """Two processes for each core and one more: a third of its time a test waits for a peer.

    A worker takes up to 400 MB, 10 MB for its database, and three CPU-seconds before its first test.
    """
    return 2 * (os.cpu_count() or 1) + 1


def pytest_xdist_setupnodes(config, specs):
    """Fork the workers from one process that has imported the tests: each would for itself."""
    profile = config.getoption("--hypothesis-profile") or "ci"
    os.environ["TESTS_TO_IMPORT"] = json.dumps([f"--hypothesis-profile={profile}", *config.args])
    for spec in specs:
        if spec.popen and not spec.python:
            spec.python = python("tests.forked.imported")


def pytest_xdist_make_scheduler(config, log):
    """Say which tests one process has: see tests/spread.py."""
    from tests.spread import Spread  # noqa: PLC0415  xdist is there, or nobody asks

    return Spread(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector, name, obj):
    """Make one test of a table where the suite is spread over processes: see tests/tables.py."""
    if not hasattr(collector.config, "workerinput") or not isinstance(collector, pytest.Module):
        return None
    rows = rows_of(obj) if collector.funcnamefilter(name) and inspect.isfunction(obj) else []
    if not rows:
        return None
    return pytest.Function.from_parent(collector, name=name, callobj=whole(obj, rows))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    files = {}
    for item in items:
        files.setdefault(item.path, []).append(item)

    def place(tests):
        late = len(WAIT_FOR_OTHERS) + (tests[0].path.name not in LONG)
        names = {mark.name for test in tests for mark in test.iter_markers()}
        waits = (at for at, name in enumerate(WAIT_FOR_OTHERS) if name in names)
        return min(waits, default=late), -len(tests)

    items[:] = [test for tests in sorted(files.values(), key=place) for test in tests]


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is imported stays: no collection of garbage looks at it, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()
        gc.set_threshold(*SELDOM)


def pytest_sessionfinish():
    """A worker ends without the handlers of its exit, so a server that outlives it ends here."""
    postgres = sys.modules.get("tests.postgres")
    if postgres is not None:
        postgres.stop()
