"""The official suite judges a guarded client: its logins, with and without keys, and its calls."""

import shlex
import subprocess
from pathlib import Path

import pytest

from tests.conformance.harness import SUITE_S, Bench, Findings, not_passed, read_findings
from tests.forked import python

pytestmark = pytest.mark.conformance
CLIENT = Path(__file__).parent / "client.py"
NEEDED = ("mcp.client.auth", "guard_adapters.front.mcp_client", "guard_adapters.wiring.local")
# Every scenario, with how many checks of it pass: a check that vanished is no pass.
SCENARIOS = {
    "auth/dpop": 12,
    "auth/dpop-nonce": 14,
    "auth/client-credentials-jwt": 10,
    "auth/client-credentials-basic": 10,
    "auth/enterprise-managed-authorization": 10,
    "auth/scope-step-up": 21,
    "auth/resource-mismatch": 2,
}


def run(bench: Bench, scenario: str, folder: Path, *more: str) -> Findings:
    client = shlex.join([python(*NEEDED), str(CLIENT), *more])
    command = [*bench.conformance(), "client", "--command", client, "--scenario", scenario]
    subprocess.run(
        [*command, "--output-dir", str(folder)],
        cwd=folder, check=False, capture_output=True, text=True, timeout=SUITE_S,
    )  # fmt: skip
    return read_findings(folder / "auth") or read_findings(folder)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_guarded_client_passes(bench: Bench, scenario: str, tmp_path: Path) -> None:
    found = run(bench, scenario, tmp_path)
    assert not_passed(found) == []
    passed = sum(times[key] for times in found.values() for key in times if key[1] == "SUCCESS")
    assert passed == SCENARIOS[scenario]


def test_without_its_key_the_client_does_not_pass(bench: Bench, tmp_path: Path) -> None:
    lost = not_passed(run(bench, "auth/dpop", tmp_path, "--unbound"))
    assert any("sep-1932-client-token-request-proof FAILURE" in one for one in lost)
