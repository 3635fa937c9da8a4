"""What the conformance tests stand on: Node's programs, the fixture, and the guard before it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.conformance.harness import (
    Bench,
    BenchMissingError,
    Findings,
    everything_command,
    install,
    listening,
    run_suite,
)
from tests.forked import OF_GUARD, python

SERVE = Path(__file__).parent / "serve.py"


@pytest.fixture(scope="session")
def bench() -> Bench:
    """A developer without Node may go on; the machine that decides may not."""
    try:
        return install()
    except BenchMissingError as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{missing}", pytrace=False)
        pytest.skip(f"{missing}")


@pytest.fixture(scope="session")
def direct_url() -> Iterator[str]:
    with listening(everything_command("--http", "0")) as url:
        yield url


@pytest.fixture(scope="session")
def direct_findings(bench: Bench, direct_url: str) -> Callable[[str], Findings]:
    """One run per protocol version, shared by all who compare with it."""
    runs: dict[str, Findings] = {}

    def of(version: str) -> Findings:
        if version not in runs:
            runs[version] = run_suite(bench, direct_url, version)
        return runs[version]

    return of


@pytest.fixture(scope="session")
def guarded_url() -> Callable[[str], AbstractContextManager[str]]:
    """Given an upstream's URL, the URL of a guard before it that allows everything."""
    return lambda url: listening([python(*OF_GUARD), str(SERVE), "--upstream", url])


@pytest.fixture(scope="session")
def piped() -> Callable[[list[str]], AbstractContextManager[str]]:
    """Given a stdio server's command, the base URL of a guard that is before it in three forms.

    `/bridged` is the server alone, `/attached` and `/standalone` have `guard proxy` before it.
    """
    return lambda command: listening([python(*OF_GUARD), str(SERVE), "--pipe", *command])


@pytest.fixture
def filesystem_server_command(bench: Bench, tmp_path: Path) -> list[str]:
    """The unmodified file server over stdio; it may touch tmp_path and nothing else."""
    return bench.filesystem_server(tmp_path)


@pytest.fixture
def everything_server_command(bench: Bench) -> list[str]:
    """The unmodified reference server over stdio."""
    return bench.everything_server()


@pytest.fixture
def inspector_command(bench: Bench) -> list[str]:
    """The unmodified inspector; append a server's argv or URL, then `--method ...`."""
    return bench.inspector()
