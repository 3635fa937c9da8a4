"""Certificates for one command, and the guard as ssh-agent, tried at two real OpenSSH servers."""

import os
from dataclasses import replace

from guard_adapters.front.hooks.gate import HookGate
from guard_adapters.front.hooks.ssh import SshAgent
from guard_adapters.issuer.files import as_files
from guard_adapters.issuer.ssh import Ssh, SshIssuer
from guard_adapters.store.clock import SystemClock
from tests.adapters.issuer.leased import issued, maker
from tests.adapters.issuer.test_ssh import WEB, ran, with_file
from tests.attack.stolen.words import No, tried, until, word
from tests.peers.openssh import OpenSsh

DENIED = No, r"permission denied \(publickey"


def got(found, wanted):
    """Return whether a client got a command run, or raise what its server said."""
    code, out, err = found
    if code == 255:
        raise No(err)
    assert code == 0, err
    return wanted in out


async def with_key_of(credential, other, server):
    """Present the stolen certificate with another key."""
    parts = {**credential.parts, "key": other.parts["key"]}
    return await with_file(server, replace(credential, parts=parts))


async def of_ssh(*, agent=False, **more):
    here, there = OpenSsh(), OpenSsh()
    delivery = "agent" if agent else "file"
    issuer = SshIssuer(Ssh(**here.settings(delivery=delivery, **more)), maker(here.home))
    try:
        return await (of_agent if agent else of_file)(here, there, issuer)
    finally:
        here.stop()
        there.stop()


async def honest_at(server):
    issuer = SshIssuer(Ssh(**server.settings()), maker(server.home))
    _, credential = await issued(issuer, grant="restart", arguments=WEB)
    return got(await with_file(server, credential), "restarted web\n")


async def of_file(here, there, issuer):
    async def runs(credential, wanted="restarted web\n", server=here, command="id"):
        return got(await with_file(server, credential, command), wanted)

    async def by_thief(credential, other):
        return got(await with_key_of(credential, other, here), "restarted web\n")

    lease, credential = await issued(issuer, grant="restart", arguments=WEB)
    unused, recalled = await issued(issuer, grant="restart", arguments=WEB)
    assert await runs(credential)
    again = await tried(runs(credential), *DENIED)
    # The server takes the certificate and runs what was judged, whatever is asked for.
    _, out, _ = await with_file(here, credential, "echo restarted db")
    other = "restarted db" in out
    elsewhere = await tried(runs(credential, server=there), *DENIED)
    key = await tried(by_thief(credential, recalled), *DENIED)
    await issuer.revoke(lease, "ended")
    after = await tried(runs(credential), *DENIED)
    await issuer.revoke(unused, "signal")
    revoked = await tried(runs(recalled), *DENIED)
    assert await honest_at(here)
    assert await honest_at(there)
    return [
        word(again), word(other), word(elsewhere), until(after, credential, lease),
        until(revoked, recalled, unused), word(key),
    ]  # fmt: skip


async def of_agent(here, there, issuer):
    """The thief is the tool's own process: it has the agent's socket, and what the agent gives."""
    gate = HookGate(os.getpid())
    agent = SshAgent(gate, SystemClock())
    await agent.open()

    async def runs(server=here, command="id"):
        return got(await ran(server.argv(command=command), **agent.environ), "restarted web\n")

    async def elsewhere_once(credential):
        async with gate.opened(credential):
            return await runs(there)

    async def by_thief(credential, other):
        """Take the certificate out of the agent, and present it with a key of one's own."""
        async with gate.opened(credential):
            _, shown, _ = await ran(["ssh-add", "-L"], **agent.environ)
            assert "cert" in shown
            parts = {**other.parts, "certificate": shown.splitlines()[0] + "\n"}
            taken = replace(other, parts=parts)
            with as_files(taken, "key", "certificate") as files:
                words = ["-i", str(files["key"]), "-o", f"CertificateFile={files['certificate']}"]
                words += ["-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"]
                return got(await ran(here.argv(*words)), "restarted web\n")

    try:
        _, first = await issued(issuer, grant="restart", arguments=WEB)
        elsewhere = await tried(elsewhere_once(first), *DENIED)
        lease, credential = await issued(issuer, grant="restart", arguments=WEB)
        async with gate.opened(credential):
            code, out, _ = await ran(here.argv(command="echo restarted db"), **agent.environ)
            assert (code, out) == (0, "restarted web\n")
            other = "restarted db" in out
            again = await tried(runs(), *DENIED)
        await issuer.revoke(lease, "ended")
        after = await tried(runs(), *DENIED)
        unused, recalled = await issued(issuer, grant="restart", arguments=WEB)
        await issuer.revoke(unused, "signal")
        revoked = await tried(runs(), *DENIED)
        _, own = await issued(
            SshIssuer(Ssh(**here.settings()), maker(here.home)), grant="restart", arguments=WEB
        )
        _, fresh = await issued(issuer, grant="restart", arguments=WEB)
        key = await tried(by_thief(fresh, own), *DENIED)
        assert await honest_at(here)
        assert await honest_at(there)
        return [
            word(again), word(other), word(elsewhere), until(after, credential, lease),
            until(revoked, recalled, unused), word(key),
        ]  # fmt: skip
    finally:
        await agent.aclose()
