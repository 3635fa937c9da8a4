"""Real peers, each started once for all tests of a worker."""

import pytest

from tests.peers.authorization_server import AuthorizationServer
from tests.peers.openbao import OpenBao
from tests.peers.openssh import OpenSsh
from tests.peers.postgres import Postgres
from tests.peers.seaweedfs import SeaweedFs


@pytest.fixture(scope="session")
def postgres():
    server = Postgres().set_up()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def openbao(postgres):
    server = OpenBao(postgres)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def openssh():
    server = OpenSsh()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def seaweedfs():
    server = SeaweedFs()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def authorization_server():
    server = AuthorizationServer()
    yield server
    server.stop()
