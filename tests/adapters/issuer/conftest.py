"""Real peers, each started once for all tests of a worker."""

import pytest

from tests.peers.postgres import Postgres


@pytest.fixture(scope="session")
def postgres():
    server = Postgres().set_up()
    yield server
    server.stop()
