"""Attack: wait on the port of a guard that was killed, and let the next command bring its token."""

import signal
import socket
import subprocess
import sys

import pytest

from guard.errors import Unavailable, Unusable
from guard_adapters.cli.operator_client import OperatorClient
from guard_adapters.cli.place import Place
from guard_adapters.wiring.state.announcing import announced, listening_at

GUARD = """
import sys
from pathlib import Path
from guard_adapters.wiring.state.announcing import announced
with announced(Path(sys.argv[1]), sys.argv[2]):
    print("up", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def state(tmp_path):
    (tmp_path / "keys").mkdir(mode=0o700)
    key = tmp_path / "keys" / "operator.key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o600)
    return tmp_path


@pytest.fixture
def thief():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


@pytest.fixture
def guard(state, thief):
    """A process that says it listens where the thief does: as if the port had changed hands."""
    url = f"http://127.0.0.1:{thief.getsockname()[1]}"
    started = [sys.executable, "-c", GUARD, str(state), url]
    with subprocess.Popen(started, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"up\n"
        assert listening_at(state) == url
        yield process
        process.kill()


def nobody_came(thief):
    with pytest.raises(BlockingIOError):
        thief.accept()
    return True


def test_what_took_the_port_of_a_killed_guard_never_gets_the_operators_token(state, thief, guard):
    guard.send_signal(signal.SIGKILL)
    guard.wait(5)
    assert (state / "serve.json").exists()

    with pytest.raises(Unavailable) as refused:
        OperatorClient(Place(state=state, name="x")).ask("GET", "sessions")
    assert refused.value.code == "guard_not_running"
    assert nobody_came(thief)


def test_a_command_that_was_open_when_the_guard_was_killed_sends_nothing_more(state, thief, guard):
    client = OperatorClient(Place(state=state, name="x"))
    guard.send_signal(signal.SIGKILL)
    guard.wait(5)

    with pytest.raises(Unavailable, match="No guard is running"):
        client.ask("GET", "sessions")
    assert nobody_came(thief)


def test_the_next_guard_is_found_over_what_a_killed_one_left(state):
    (state / "serve.json").write_text('{"url": "http://127.0.0.1:1", "pid": 1}')
    (state / ".serve.json").write_text("half a li")
    assert listening_at(state) is None
    with announced(state, "http://127.0.0.1:2/"):
        assert listening_at(state) == "http://127.0.0.1:2"
        assert (state / "serve.json").stat().st_mode & 0o077 == 0
    assert listening_at(state) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"url"'])
def test_a_damaged_file_of_a_guard_that_lives_is_said(state, text):
    with announced(state, "http://127.0.0.1:2"):
        (state / "serve.json").write_text(text)
        with pytest.raises(Unusable, match="where the guard listens"):
            listening_at(state)
