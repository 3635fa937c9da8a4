"""An unmodified stdio server asks for cloud credentials whenever it likes: it gets them in its call only."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.forked import OF_GUARD, python
from tests.peers.seaweedfs import SeaweedFs

pytestmark = pytest.mark.peer
ROOT = Path(__file__).parents[2]

MAIN = "import sys; from guard_adapters.cli import main; sys.exit(main())"
SERVER = """
import json, os, sys, urllib.error, urllib.request
def pull():
    request = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
        headers={"Authorization": os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)["AccessKeyId"] and "got credentials"
    except urllib.error.HTTPError as no:
        return "refused " + json.load(no)["code"]
outside = pull()
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked: continue
    tool = {"name": "read", "inputSchema": {"type": "object", "properties": {"name": {"type": "string"}}}}
    result = {
        "initialize": {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "s", "version": "1"}},
        "tools/list": {"tools": [tool]},
    }.get(asked["method"]) or {"content": [{"type": "text", "text": f"outside: {outside}; inside: {pull()}"}]}
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
"""
CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  settings: {{port_timeout_ms: 10000}}
  issuers: {{cloud: {issuer}}}
servers:
  files:
    trust: trusted
    credential: {{issuer: cloud, grant: read}}
    hooks: [aws]
    command: ["{python}", server.py]
    tools:
      read:
        effect: [read]
        confirmed: true
        input_schema: {{type: object, properties: {{name: {{type: string}}}}}}
"""


@pytest.fixture
def cloud():
    server = SeaweedFs()
    yield server
    server.stop()


def test_a_server_that_knows_nothing_of_the_guard_gets_them_in_its_call_and_not_before(
    cloud, tmp_path
):
    from guard_adapters.issuer.sts import Sts, StsIssuer  # noqa: PLC0415
    from tests.adapters.issuer.leased import maker  # noqa: PLC0415

    settings = cloud.settings()
    cloud.keys = {"keys": [StsIssuer(Sts(**settings), maker(tmp_path)).public_key()]}
    (tmp_path / "server.py").write_text(SERVER)
    (tmp_path / "all.cedar").write_text(
        '@id("ALL") @reason("all") permit (principal, action, resource);'
    )
    issuer = json.dumps({"kind": "sts", **settings})
    (tmp_path / "guard.yaml").write_text(CONFIG.format(issuer=issuer, python=sys.executable))
    call = {"name": "read", "arguments": {"name": "a.txt"}}
    client = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "c", "version": "1"},
    }
    lines = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": client},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}},
        {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": call},
    ]
    words = [
        "proxy",
        "--upstream",
        "files",
        "--agent",
        "a",
        "--standalone",
        "--config",
        "guard.yaml",
    ]
    process = subprocess.Popen(
        [python(*OF_GUARD), "-c", MAIN, *words], cwd=tmp_path, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'adapters'}"},
    )  # fmt: skip
    try:
        said = ""
        for line in lines:
            process.stdin.write(json.dumps(line) + "\n")
            process.stdin.flush()
            if "id" in line:
                said = process.stdout.readline()
    finally:
        process.stdin.close()
        process.wait(10)
        errors = process.stderr.read()
        process.stdout.close()
        process.stderr.close()
    text = json.loads(said)["result"]["content"][0]["text"]
    assert text == "outside: refused no_active_call; inside: got credentials", errors
