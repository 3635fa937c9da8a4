"""Certificates for one command, and the guard as ssh-agent, at a real OpenSSH server and client."""

import asyncio
import json
import os
import struct

import pytest

from guard.errors import Refused
from guard.grant.lease import Fate
from guard_adapters.front.hooks.gate import HookGate
from guard_adapters.front.hooks.ssh import SshAgent
from guard_adapters.issuer.files import as_files
from guard_adapters.issuer.ssh import Ssh, SshIssuer, filled
from guard_adapters.store.clock import SystemClock
from tests.adapters.issuer.leased import Later, a_call, a_lease, issued, maker

pytestmark = pytest.mark.peer
WEB = json.dumps({"service": "web"}).encode()


def made(openssh, clock=None, **more):
    return SshIssuer(Ssh(**openssh.settings(**more)), maker(openssh.home, clock))


async def ran(argv, **env):
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **env},
    )  # fmt: skip
    async with asyncio.timeout(30):  # a login takes a second on a machine that is busy, or ten
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def with_file(openssh, credential, command="id"):
    with as_files(credential, "key", "certificate") as files:
        words = ["-i", str(files["key"]), "-o", f"CertificateFile={files['certificate']}"]
        words += ["-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"]
        return await ran(openssh.argv(*words, command=command))


async def test_the_server_runs_what_was_judged_whatever_is_asked_for(openssh):
    lease, credential = await issued(made(openssh), grant="restart", arguments=WEB)
    code, out, _ = await with_file(openssh, credential, command="cat /etc/passwd")
    assert (code, out) == (0, "restarted web\n")
    assert f"lease={lease.handle}" in openssh.log.read_text()


async def test_it_cannot_open_a_shell_a_terminal_or_a_tunnel(openssh):
    _, credential = await issued(made(openssh), grant="restart", arguments=WEB)
    with as_files(credential, "key", "certificate") as files:
        words = ["-i", str(files["key"]), "-o", f"CertificateFile={files['certificate']}"]
        words += [
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "IdentityAgent=none",
            "-o",
            "ExitOnForwardFailure=yes",
        ]
        tunnel = await ran(openssh.argv(*words, "-R", "0:127.0.0.1:1"))
        terminal = await ran(openssh.argv(*words, "-tt"))
    assert tunnel[0] == 255
    assert "PTY allocation request failed" in terminal[2]


async def test_what_has_expired_is_refused_and_only_then_called_gone(openssh):
    clock = Later()
    issuer = made(openssh, clock)
    lease, credential = await issued(issuer, ttl_s=1, grant="restart", arguments=WEB)
    assert await issuer.revoke(lease, "ended") is Fate.RUNS_OUT
    async with asyncio.timeout(8):
        while (await with_file(openssh, credential))[0] == 0:
            await asyncio.sleep(0.3)
    clock.ahead_ms = 2_000
    assert await issuer.revoke(lease, "ended") is Fate.GONE


async def test_a_certificate_on_the_list_is_refused_at_once_and_the_others_are_not(openssh):
    issuer = made(openssh, krl_file="krl")
    taken, first = await issued(issuer, grant="restart", arguments=WEB)
    _, second = await issued(issuer, grant="restart", arguments=WEB)
    assert (await with_file(openssh, first))[0] == 0
    assert await issuer.revoke(taken, "signal") is Fate.GONE
    assert await issuer.revoke(taken, "signal") is Fate.GONE
    assert (await with_file(openssh, first))[0] == 255
    assert (await with_file(openssh, second))[0] == 0


@pytest.mark.parametrize(
    "service",
    ["web; id", "$(id)", "`id`", "web' 'x", 'a"b', "a b", "~root", "*", "{service}", "ü"],
)
async def test_an_argument_stays_one_word_of_the_command(openssh, service):
    raw = json.dumps({"service": service}).encode()
    _, credential = await issued(made(openssh), grant="show", arguments=raw)
    code, out, _ = await with_file(openssh, credential)
    assert (code, out) == (0, f"shown -- {service}\n")


@pytest.mark.parametrize(
    "arguments",
    [{}, {"service": "--help"}, {"service": "a\nb"}, {"service": ""}, {"service": ["a"]}, {"service": True},
     {"service": None}, {"service": "a\x00"}, {"service": "x" * 1001}],
)  # fmt: skip
async def test_an_argument_that_is_no_plain_word_gets_no_certificate(openssh, arguments):
    issuer = made(openssh)
    call = a_call(grant="restart", arguments=json.dumps(arguments).encode())
    with pytest.raises(Refused) as no:
        await issuer.issue(call, None, a_lease(issuer))
    assert no.value.code == "argument_unusable"


async def test_a_command_that_is_not_listed_gets_no_certificate(openssh):
    issuer = made(openssh)
    with pytest.raises(Refused) as no:
        await issuer.issue(a_call(grant="reboot"), None, a_lease(issuer))
    assert no.value.code == "grant_unusable"


def test_a_template_may_not_reach_into_an_argument():
    for template in (
        "echo {service.__class__}",
        "echo {service!r}",
        "echo {service:>9}",
        "echo {}",
    ):
        with pytest.raises(Refused):
            filled(template, {"service": "web"})


# The agent


@pytest.fixture
async def agent():
    gate = HookGate(os.getpid())
    one = SshAgent(gate, SystemClock())
    one.gate = gate
    await one.open()
    yield one
    await one.aclose()


async def asked(agent, body, peer_path=None):
    reader, writer = await asyncio.open_unix_connection(peer_path or agent.path)
    writer.write(struct.pack(">I", len(body)) + body)
    async with asyncio.timeout(5):
        size = struct.unpack(">I", await reader.readexactly(4))[0]
        answer = await reader.readexactly(size)
    writer.close()
    await writer.wait_closed()
    return answer


async def test_the_agent_signs_once_in_an_approved_call_and_never_outside(openssh, agent):
    issuer = made(openssh, delivery="agent")
    _, credential = await issued(issuer, grant="restart", arguments=WEB)
    assert credential.binding == 3
    argv = openssh.argv(command="cat /etc/passwd")
    outside = await ran(argv, **agent.environ)
    async with agent.gate.opened(credential):
        first = await ran(argv, **agent.environ)
        second = await ran(argv, **agent.environ)
    after = await ran(argv, **agent.environ)
    assert first[:2] == (0, "restarted web\n")
    assert [one[0] for one in (outside, second, after)] == [255, 255, 255]


async def test_a_process_that_the_guard_did_not_start_gets_nothing(openssh, agent):
    _, credential = await issued(made(openssh), grant="restart", arguments=WEB)
    agent.gate.pid = 2**22 + 1  # some other child's
    async with agent.gate.opened(credential):
        assert await asked(agent, b"\x0b") == b"\x05"
        assert (await ran(openssh.argv(), **agent.environ))[0] == 255


async def test_the_key_never_leaves_the_agent(openssh, agent):
    _, credential = await issued(made(openssh), grant="restart", arguments=WEB)
    async with agent.gate.opened(credential):
        said = await asked(agent, b"\x0b")
    assert said[0] == 12
    assert credential.secret.encode() not in said


@pytest.mark.parametrize(
    "body",
    [
        b"\x01",
        b"\x11",
        b"\x0d",
        b"\x0d\xff\xff\xff\xff",
        b"\x0d" + struct.pack(">I", 0) * 3,
        b"\xff",
    ],
)
async def test_whatever_else_is_asked_fails_and_the_agent_lives(openssh, agent, body):
    _, credential = await issued(made(openssh), grant="restart", arguments=WEB)
    async with agent.gate.opened(credential):
        assert await asked(agent, body) == b"\x05"
        assert (await asked(agent, b"\x0b"))[0] == 12


async def test_calls_that_need_a_credential_take_turns(openssh):
    gate, order = HookGate(os.getpid()), []
    clock = SystemClock()
    _, first = await issued(made(openssh), grant="restart", arguments=WEB)
    _, second = await issued(made(openssh), grant="restart", arguments=WEB)

    async def call(name, credential):
        async with gate.opened(credential):
            order.append(f"{name} in")
            await asyncio.sleep(0.01)
            active = gate.active(os.getpid(), clock.now_ms())
            assert active.credential is credential
            order.append(f"{name} out")

    async with asyncio.timeout(5):
        await asyncio.gather(call("a", first), call("b", second))
    assert order == ["a in", "a out", "b in", "b out"]


async def test_a_call_that_needs_none_does_not_wait(openssh):
    gate = HookGate(os.getpid())
    _, credential = await issued(made(openssh), grant="restart", arguments=WEB)
    async with asyncio.timeout(5), gate.opened(credential), gate.opened(None):
        pass


async def test_no_secret_is_shown(openssh):
    _, credential = await issued(made(openssh), grant="restart", arguments=WEB)
    body = credential.secret.splitlines()[2]
    assert body not in f"{credential!r}"
    assert "PRIVATE" not in f"{credential!r}"
