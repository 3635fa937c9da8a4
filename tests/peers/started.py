"""Starts servers from packages for tests: free ports on loopback, temporary folders, own pids."""

import atexit
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

WAIT_S = 20.0


RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
PORTS = 12_000


def free_port():
    """Return a port of loopback for a server that is told its port before it starts.

    One that the system gave out as free, it may give to the next who asks, or to a connection as
    its own end, before the server has it. So it is of those that the system gives to nobody.
    """
    first = int(RANGE.read_text().split()[0]) if RANGE.exists() else 32_768
    begin = secrets.randbelow(PORTS)
    for at in range(PORTS):
        port = first - 1 - (begin + at) % PORTS
        if _claimed(port):
            return port
    raise RuntimeError("no port is free")


def _claimed(port):
    """Return whether a port is free, and no other test will take it while this process lives."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        if sys.platform == "linux":
            claim.bind(f"\0gc-port-{port}")
        with socket.socket() as one:
            one.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        return False
    claim.detach()  # open until the process ends: that is the claim
    return True


def missing(reason):
    """Skip where an optional server is not there; a release must have them all."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def package_folder(name, why):
    found = find_spec(name)
    if found is None or found.origin is None:
        missing(f"{why}: the package {name} is not installed (pip install 'guardcall[peers]')")
    return Path(found.origin).parent


def listening(port, process=None, wait_s=WAIT_S):
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with socket.socket() as one:
            one.settimeout(0.2)
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on {port}")


def as_nobody():
    """PostgreSQL refuses to run as root: how to start it as somebody else."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        missing("PostgreSQL does not run as root, and setpriv is not here")
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def folder():
    """A short path (Unix sockets allow 107 bytes) that nobody, too, may enter.

    It goes with this process, after the servers in it: it may lie in memory.
    """
    made = Path(tempfile.mkdtemp(prefix="gc-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    made.chmod(0o755)
    return made


class Process:
    """A server of this test: ended by its own pid."""

    def __init__(self, argv, *, log, **more):
        self.argv, self.log, self.more = argv, log, more
        self.start()

    def start(self):
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.argv, stdout=out, stderr=out, stdin=subprocess.DEVNULL, **self.more
            )

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
