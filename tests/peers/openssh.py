"""A real OpenSSH server for one test session, for the account that runs the tests."""

import getpass
import os
import shutil
import subprocess
from pathlib import Path

from tests.peers.started import Process, folder, free_port, listening, missing

SSHD = Path("/usr/sbin/sshd")


class OpenSsh:
    """The server, its authority for users, and a client."""

    def __init__(self, users=""):
        """Start it; `users` is how it knows them, in the words of sshd_config."""
        if not SSHD.exists() or shutil.which("ssh") is None:
            missing("OpenSSH is not here (Debian: openssh-server)")
        self.home, self.port, self.user = folder(), free_port(), getpass.getuser()
        self.log = self.home / "log"
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        for name in ("host", "ca"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.home / name], check=True
            )
        (self.home / "principals").write_text("tool:restart\ntool:show\n")
        # The exchange of keys costs a sixth of the default's, and no shell reads what its user keeps.
        (self.home / "sshd.conf").write_text(f"""
Port {self.port}
ListenAddress 127.0.0.1
HostKey {self.home}/host
PidFile none
UsePAM no
StrictModes no
LogLevel VERBOSE
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AuthorizedKeysFile none
KexAlgorithms curve25519-sha256
SetEnv HOME={self.home}
{users.replace("HOME", str(self.home)) or self._users()}
""")
        subprocess.run(["ssh-keygen", "-q", "-k", "-f", self.home / "krl"], check=True)
        argv = [str(SSHD), "-D", "-f", str(self.home / "sshd.conf"), "-E", str(self.log)]
        self.server = Process(argv, log=self.home / "out")
        listening(self.port, self.server.process)
        (self.home / "known_hosts").write_text(
            f"[127.0.0.1]:{self.port} {(self.home / 'host.pub').read_text()}"
        )

    def _users(self):
        return f"""
TrustedUserCAKeys {self.home}/ca.pub
AuthorizedPrincipalsFile {self.home}/principals
RevokedKeys {self.home}/krl
"""

    def settings(self, **more):
        commands = {"restart": "echo restarted {service}", "show": "echo shown -- {service}"}
        return {
            "host": "127.0.0.1", "port": self.port, "user": self.user,
            "ca_key_file": str(self.home / "ca"), "commands": commands, **more,
        }  # fmt: skip

    def argv(self, *more, command="id"):
        """Return the client's words; it always asks for another command than the judged one."""
        return [
            "ssh", "-F", "none", "-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={self.home}/known_hosts",
            "-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=5", "-p", str(self.port), *more,
            f"{self.user}@127.0.0.1", command,
        ]  # fmt: skip

    def stop(self):
        self.server.stop()
        shutil.rmtree(self.home, ignore_errors=True)
