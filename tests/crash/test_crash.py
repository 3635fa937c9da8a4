"""A guard is killed between every pair of states of a lease: what it left is gone after a restart."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import postgres as databases
from tests.peers.openbao import OpenBao
from tests.peers.postgres import Postgres
from tests.soak.kept import keep

pytestmark = pytest.mark.peer

ROOT = Path(__file__).parents[2]
POINTS = ("reserved", "acted", "issued", "delivered", "ending", "gone")
TOOLS = ("by_role", "by_bao")
STORES = pytest.mark.parametrize("store", ["sqlite", "postgres"])
CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  state: {state}
{store}
  settings: {{port_timeout_ms: 5000}}
  issuers: {issuers}
servers:
  crm:
    trust: trusted
    tools:
      by_role: {{effect: [read], confirmed: true, input_schema: {{type: object}}, credential: {{issuer: role, grant: tool_crm_read}}}}
      by_bao: {{effect: [read], confirmed: true, input_schema: {{type: object}}, credential: {{issuer: bao, grant: crm_read}}}}
"""


@pytest.fixture(scope="module")
def postgres():
    server = Postgres().set_up()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def openbao(postgres):
    server = OpenBao(postgres)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def forking():
    """The process that guards are forked from: each life says what guard it is."""
    with subprocess.Popen(
        [sys.executable, str(ROOT / "tests/crash/broker.py")], text=True, cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'adapters'}", "SSL_CERT_DIR": os.environ["SSL_CERT_DIR"]},
    ) as process:  # fmt: skip
        yield process
        process.stdin.close()
        process.wait(10)


class Broker:
    """A guard that is killed again and again, and started anew on what it left.

    `url` is the database that holds its rows; empty: a file.
    """

    def __init__(self, folder, postgres, openbao, order, url, process):
        self.url, self.lives, self.process = url, 0, process
        issuers = {
            "role": {"kind": "postgres_role", **postgres.settings()},
            "bao": {"kind": "openbao", **openbao.settings()},
        }
        self.config, self.order = folder / f"{order}.yaml", order
        if url:
            (folder / "db.url").write_text(url)
            (folder / "db.url").chmod(0o600)
        store = "  store: {url_file: db.url}" if url else ""
        self.config.write_text(CONFIG.format(issuers=json.dumps(issuers), state=order, store=store))
        (folder / "all.cedar").write_text(
            '@id("ALL") @reason("all") permit (principal, action, resource);'
        )

    def life(self, point="", tool="", **more):
        if self.url and self.lives:  # a guard counts as gone once its marks are old
            databases.execute(self.url, "UPDATE replicas SET seen_ms = 0")
        self.lives += 1
        job = {
            "config": str(self.config),
            "point": point,
            "tool": tool,
            "order": self.order,
            **more,
        }
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        assert said["reached"] == "at", said
        return json.loads(said["found"])


@pytest.fixture
def broker(tmp_path, postgres, openbao, forking):
    def make(order, store="sqlite"):
        url = databases.fresh() if store == "postgres" else ""
        return Broker(tmp_path, postgres, openbao, order, url, forking)

    return make


def left(postgres, wait_s=0.0):
    """The roles of calls at the database; OpenBao drops its own a moment after its answer."""
    end = time.monotonic() + wait_s
    while True:
        found = postgres.psql("SELECT rolname FROM pg_roles WHERE rolname ~ '^(g_|v-)'").split()
        if not found or time.monotonic() > end:
            return found
        time.sleep(0.05)


def killed(broker, rounds, points=POINTS):
    """Kill it at these points, and return what each next start found alive after its recovery."""
    found = []
    for _ in range(rounds):
        for tool in TOOLS:
            for point in points:
                found.append(broker.life(point, tool)["alive"])
    return found


def orphans(found):
    return [name for alive in found for names in alive.values() for name in names]


@STORES
def test_12_kills_leave_nothing_after_a_restart_and_no_sweep_is_needed(broker, postgres, store):
    one = broker("journal-first", store)
    found = killed(one, 1)
    last = one.life()
    assert len(found) == 12
    assert orphans([*found, last["alive"]]) == []
    assert last["open"] == []
    assert left(postgres, 5) == []


@pytest.mark.parametrize(
    ("store", "points"),
    [
        ("sqlite", ("acted", "issued")),  # where something is left; the soak dies everywhere
        pytest.param("sqlite", POINTS, marks=pytest.mark.soak),
        pytest.param("postgres", POINTS, marks=pytest.mark.soak),
    ],
)
def test_in_the_wrong_order_some_are_left_and_a_sweep_finds_them(broker, postgres, store, points):
    one = broker("journal-last", store)
    found = killed(one, 1, points)
    last = one.life()
    assert len(set(orphans([*found, last["alive"]]))) >= 2
    assert left(postgres) != []
    swept = one.life(sweep=True)
    assert orphans([swept["alive"]]) == []
    assert left(postgres, 5) == []


@pytest.mark.soak
@STORES
def test_60_kills_leave_nothing_after_a_restart(broker, postgres, store):
    one = broker("journal-first", store)
    found = killed(one, 5)
    last = one.life()
    alive, rest = orphans([*found, last["alive"]]), left(postgres, 5)
    name = {"sqlite": "broker killed", "postgres": "broker killed, postgres"}[store]
    keep(name, kills=len(found), orphans=len(alive) + len(rest), open=len(last["open"]))
    assert len(found) == 60
    assert (alive, last["open"], rest) == ([], [], [])
