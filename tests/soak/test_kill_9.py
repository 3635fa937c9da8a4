"""kill -9 in the middle of everything: no approval is used twice, and no run stays unexplained."""

import json
import subprocess

import pytest

from tests import postgres
from tests.forked import python
from tests.soak.kept import keep

OF_KILLED = (
    "guard_adapters.store.postgres.store",
    "guard_adapters.store.sqlite.store",
    "guard_adapters.wiring.state.stores",
)
STORES = ["sqlite", postgres.POSTGRES]


def killing(store, attempts, kills):
    url = postgres.fresh() if store == "postgres" else ""
    command = [
        python(*OF_KILLED), "-m", "tests.soak.kill9", "--store", store, "--url", url,
        "--attempts", str(attempts), "--kills", str(kills),
    ]  # fmt: skip
    limit_s = max(7_200, attempts // 10)
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit_s)
    assert done.returncode == 0, done.stderr
    print(done.stdout, done.stderr)
    return json.loads(done.stdout)


def holds(found, attempts, kills):
    assert found["attempts"] >= attempts
    assert found["kills"] >= kills
    assert found["used"] > 0
    assert (found["used_twice"], found["without_known_outcome"], found["log_findings"]) == (
        0,
        0,
        [],
    )


@pytest.mark.parametrize("store", STORES)
def test_a_few_killed_guards_use_no_approval_twice(store):
    holds(killing(store, 120, 6), 120, 6)


@pytest.mark.soak
@pytest.mark.parametrize("store", STORES)
def test_300_killed_guards_use_no_approval_twice_in_20000_attempts(store, pytestconfig):
    attempts, kills = (pytestconfig.getoption(one) for one in ("attempts", "kills"))
    found = killing(store, attempts, kills)
    holds(found, attempts, kills)
    keep(f"double use, {store}", **found)
