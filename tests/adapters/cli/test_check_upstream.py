"""`guard check upstream`: what a real server verifies is measured, kept for a day, and used."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from guard.grant.proving import (
    EXPECTED,
    LIVES_MS,
    PASSED,
    POSSESSION,
    reached,
    refusal_code,
    row,
    wrong,
)
from guard.model.facts import Binding
from guard.testing import FrozenClock
from guard_adapters.cli import main
from guard_adapters.issuer.calltoken import CallTokenIssuer
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.wiring.credentials.proven import FILE, Proven, keep, setup_digest
from guard_adapters.wiring.load import load
from tests.forked import OF_SERVER, python
from tests.peers.started import free_port

AUDIENCE = "https://pay.example"
RIGHT = {name: min(codes) for name, codes in EXPECTED.items()}
CONFIG = """
version: 1
guard: {{name: t, policies: [all.cedar], state: state}}
servers:
  pay: {{trust: trusted, url: "http://127.0.0.1:{port}/mcp", audience: "{audience}", delivery: {delivery}}}
"""
POLICY = '@id("ALL") @reason("everything") permit (principal, action, resource);'
SERVER = """
import json, sys
from pathlib import Path
import uvicorn
import guard.grant.verify
from guard.grant.verify import Profile, Verifier
from guard_adapters.store.clock import SystemClock
from guard_adapters.store.replay_sqlite import SqliteReplay
from guard_adapters.front.asgi_verify import CallGate
from guard_adapters.front.mcp_verify import CallGuard
from mcp.server import MCPServer

port, jwks, kind = int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
origin = f"http://127.0.0.1:{port}"

class Forgetful:
    start_ms = 0
    def first(self, key, until_ms, now_ms):
        return True

replay = Forgetful() if "forgetful" in kind else SqliteReplay(Path(sys.argv[4]), now_ms=0)
form = {"profile": Profile.TXN, "trust_domain": "pay.example"} if "txn" in kind else {}
verifier = Verifier(jwks, issuer="t", audience="https://pay.example", replay=replay, **form)
if "keyless" in kind:
    guard.grant.verify.check_possession = lambda *args, **more: None
behind = CallGuard(verifier, clock=SystemClock(), url=f"{origin}/mcp")
inside = "open" not in kind and "gate" not in kind
server = MCPServer("pay", log_level="ERROR", middleware=[behind] if inside else [])

@server.tool()
def pay() -> str:
    Path(sys.argv[4] + ".paid").write_text("x")
    return "paid"

app = server.streamable_http_app()
if "gate" in kind:
    app = CallGate(app, verifier=verifier, clock=SystemClock(), origin=origin, nonce_key=bytes(32))
uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", http="h11", ws="none")
"""


@contextmanager
def serving(folder: Path, kind: str, delivery: str) -> Iterator[Path]:
    """Run a server of this kind and yield a guard.yaml that names it."""
    port = free_port()
    config = folder / "guard.yaml"
    config.write_text(CONFIG.format(port=port, audience=AUDIENCE, delivery=delivery))
    (folder / "all.cedar").write_text(POLICY)
    (folder / "state" / "keys").mkdir(parents=True)
    signer = LocalSigner.from_file(folder / "state" / "keys" / "calltoken.pem")
    keys = CallTokenIssuer(signer, issuer="t", clock=FrozenClock()).jwks()
    argv = [
        python("guard_adapters.front.mcp_verify", *OF_SERVER),
        "-c",
        SERVER,
        str(port),
        json.dumps(keys),
        kind,
        str(folder / "r.db"),
    ]
    with subprocess.Popen(argv) as process:
        try:
            until = time.monotonic() + 20
            while not _listens(port):
                assert time.monotonic() < until
                assert process.poll() is None
                time.sleep(0.05)
            yield config
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True


DOMAIN = "txn, trust_domain: pay.example"


@pytest.mark.parametrize(
    ("delivery", "kind", "level", "missed"),
    [
        ("meta", "verifying", Binding.L2, ()),
        ("meta", "forgetful", Binding.L1, ("again",)),
        ("meta", "open", Binding.L1, tuple(name for name in EXPECTED if name != "good")),
        ("bearer", "gate", Binding.L2, ()),
        ("dpop", "verifying", Binding.L3, ()),
        ("dpop", "gate", Binding.L3, ()),
        ("dpop", "keyless", Binding.L2, tuple(POSSESSION)),
        (DOMAIN, "gate, txn", Binding.L3, ()),
    ],
)
def test_a_real_server_gets_the_level_that_it_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], delivery: str, kind: str, level, missed
) -> None:
    with serving(tmp_path, kind, delivery) as config:
        ended = main(["check", "--config", str(config), "upstream", "pay"])
    loaded = load(config)
    shown = json.loads((loaded.state / FILE).read_text())["pay"]["shown"]
    now = FrozenClock(ms=int(time.time() * 1000))
    found = Proven(loaded.state, loaded.catalog, now)["pay"]

    assert wrong(shown, row(key_bound=level is Binding.L3 or "dpop" in delivery)) == missed
    assert (found, ended) == (level, 1 if missed else 0)
    assert capsys.readouterr().out.count("WRONG") == len(missed)
    assert not (tmp_path / "r.db.paid").exists()


@pytest.mark.parametrize("name", POSSESSION)
def test_possession_that_is_not_checked_in_one_point_is_not_proven(name: str) -> None:
    held = {name: min(codes) for name, codes in row(key_bound=True).items()}
    assert reached(held) is Binding.L3
    for answer in (PASSED, "args_mismatch", None):
        assert reached({**held, name: answer}) is Binding.L2
    assert reached({**held, "again": PASSED}) is Binding.L1


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("answer", [PASSED, "revoked", None])
def test_one_wrong_answer_and_nothing_is_proven(name: str, answer: str | None) -> None:
    shown = {**RIGHT, name: answer}
    if answer is None or answer not in EXPECTED[name]:
        assert reached(shown) is Binding.L1
    assert reached(RIGHT) is Binding.L2


@pytest.mark.parametrize("data", [None, "x", {}, {"code": 7}, {"code": "made_up"}])
def test_an_error_of_the_servers_own_is_no_refusal_of_a_token(data: object) -> None:
    assert refusal_code(data) == PASSED


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "all.cedar").write_text(POLICY)
    (tmp_path / "guard.yaml").write_text(CONFIG.format(port=1, audience=AUDIENCE, delivery="meta"))
    return tmp_path / "guard.yaml"


def test_a_measurement_counts_for_a_day_and_for_the_server_that_was_measured(config: Path) -> None:
    loaded, clock = load(config), FrozenClock()
    proven = Proven(loaded.state, loaded.catalog, clock)
    assert proven.get("pay") is None
    keep(loaded.state, "pay", setup_digest(loaded.catalog, "pay"), RIGHT, clock.ms)
    assert proven.get("pay") is Binding.L2  # without a restart
    clock.advance(LIVES_MS - 1)
    assert proven.get("pay") is Binding.L2
    clock.advance(1)
    assert proven.get("pay") is None
    clock.advance(-2 * LIVES_MS)  # measured in the future: the clock was set back
    assert proven.get("pay") is None

    config.write_text(CONFIG.format(port=2, audience=AUDIENCE, delivery="meta"))
    moved = load(config)
    assert Proven(moved.state, moved.catalog, FrozenClock()).get("pay") is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"pay": 1}', '{"pay": {"setup": 1, "at_ms": "x", "shown": []}}', "\x00"],
)
def test_a_file_that_cannot_be_read_proves_nothing(config: Path, text: str) -> None:
    loaded = load(config)
    loaded.state.mkdir()
    (loaded.state / FILE).write_text(text)

    assert Proven(loaded.state, loaded.catalog, FrozenClock()).get("pay") is None


def test_the_issuer_claims_what_was_measured_meanwhile(config: Path) -> None:
    loaded, clock = load(config), FrozenClock()
    (loaded.state / "keys").mkdir(parents=True)
    signer = LocalSigner.from_file(loaded.state / "keys" / "calltoken.pem")
    proven = Proven(loaded.state, loaded.catalog, clock)
    issuer = CallTokenIssuer(signer, issuer="t", clock=clock, proven=proven)
    assert issuer.facts("pay", "x").binding is Binding.L1
    keep(loaded.state, "pay", setup_digest(loaded.catalog, "pay"), RIGHT, clock.ms)
    assert issuer.facts("pay", "x").binding is Binding.L2


def test_a_server_that_is_sent_no_token_is_not_asked(config: Path) -> None:
    config.write_text(config.read_text().replace("delivery: meta", "delivery: none"))

    assert main(["check", "--config", str(config), "upstream", "pay"]) == 3
    assert main(["check", "--config", str(config), "upstream", "nobody"]) == 3
