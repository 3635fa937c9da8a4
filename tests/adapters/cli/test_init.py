"""`guard init` writes a catalogue that loads, allows nothing, and says what is left to decide."""

import sys
from pathlib import Path

import pytest

from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard_adapters._yaml import parse_yaml
from guard_adapters.cli import main
from guard_adapters.cli.guess import guessed
from guard_adapters.cli.init import MARK, _source, config_text, server_name
from guard_adapters.cli.published import Listed
from guard_adapters.wiring.load import policy_texts

STRING = {"type": "string"}
SERVER = """
from mcp.server import MCPServer

server = MCPServer("files")


@server.tool()
def read_file(path: str) -> str:
    return path


@server.tool()
def send_mail(to: str, body: str) -> str:
    return to


server.run("stdio")
"""


def tool(name, properties, **hints):
    schema = {"type": "object", "properties": properties}
    return Listed(definition={"name": name, "inputSchema": schema, "annotations": hints})


TOOLS = [
    tool("read_file", {"path": STRING}),
    tool("send_mail", {"to": {"type": "array", "items": STRING}, "bcc": STRING, "body": STRING}),
    tool("run", {"command": STRING}),
    tool("pay", {"amount": {"type": "integer"}, "recipient": STRING, "order_id": STRING}),
    tool("fetch", {"url": STRING}),
    tool('odd "name": {x} #\u2028\n', {"reply-to": STRING, "on": {"type": "boolean"}}),
    tool("nothing", {}),
]


DAY, OPEN = {"type": "string", "format": "date"}, {"type": "object"}
BARE = {
    "env": tool("submit_job", {"command": STRING, "env": OPEN}),
    "to": tool("post", {"to": {**OPEN, "properties": {"value": STRING}}, "cc": STRING}),
    "path": tool("upload", {"path": OPEN, "file_path": STRING}),
}


@pytest.mark.parametrize("path", BARE)
def test_what_nobody_can_guess_keeps_no_file_from_loading(path):
    text = config_text("s", 'command: ["x"]', [BARE[path]])

    catalog = read_catalog(dict(parse_yaml(text, where="guard.yaml")))
    compile_bundle(policy_texts(("starter:mcp-proxy",), Path()), catalog)

    entry = next(line for line in text.splitlines() if line.strip().startswith(f'"{path}": '))
    assert MARK in entry
    assert not any(spec.confirmed for spec in catalog.specs())


def test_where_a_stay_ends_is_a_day_and_nobody_to_reach():
    found = guessed("book_trip", tool("book_trip", {"from": DAY, "to": DAY}).schema, {})
    assert {path: one.role for path, one in found.roles.items()} == {"from": "when", "to": "when"}


def test_what_is_written_loads_with_the_starter_rules_and_confirms_nothing():
    text = config_text("files", 'command: ["x"]', TOOLS)

    catalog = read_catalog(dict(parse_yaml(text, where="guard.yaml")))

    assert len(catalog.tools) == len(TOOLS)
    assert not any(spec.confirmed for spec in catalog.specs())
    assert not any(spec.server_trusted for spec in catalog.specs())
    assert compile_bundle(policy_texts(("starter:mcp-proxy",), Path()), catalog).rules


def test_every_line_that_needs_a_person_is_marked():
    text = config_text("files", 'command: ["x"]', TOOLS)

    effects = [line for line in text.splitlines() if line.startswith("        effect: ")]
    assert all(MARK in line for line in effects)
    assert text.count(f"        confirmed: false  {MARK}") == len(effects) == len(TOOLS)


@pytest.mark.parametrize(
    ("name", "properties", "hints", "effect"),
    [
        ("read_file", {"path": STRING}, {}, ("read",)),
        ("getIssue", {"id": STRING}, {}, ("read",)),
        ("read_file", {"path": STRING}, {"destructiveHint": True}, ("write", "irreversible")),
        ("read_file", {"path": STRING}, {"readOnlyHint": False}, ("write",)),
        ("frobnicate", {}, {}, ("write",)),
        ("frobnicate", {}, {"readOnlyHint": True}, ("read",)),
        (
            "frobnicate",
            {},
            {"readOnlyHint": True, "destructiveHint": True},
            ("write", "irreversible"),
        ),
        ("frobnicate", {"to": STRING}, {"readOnlyHint": True}, ("write", "egress")),
        ("frobnicate", {"amount": {"type": "number"}}, {"readOnlyHint": True}, ("write",)),
        ("frobnicate_refund", {}, {"readOnlyHint": True}, ("write", "irreversible")),
        ("unblock_all", {}, {"readOnlyHint": True}, ("write",)),
        ("pay_invoice", {}, {"readOnlyHint": True}, ("write", "irreversible")),
        ("fetch", {"url": STRING}, {}, ("read", "egress")),
        ("find_bookings", {"email": STRING}, {}, ("read",)),
        ("find_bookings", {"email": STRING, "callback_url": STRING}, {}, ("read", "egress")),
        ("share_bookings", {"email": STRING}, {}, ("write", "egress")),
        ("send_mail", {"to": STRING}, {}, ("write", "egress", "irreversible")),
        ("run", {"command": STRING}, {}, ("write", "privileged")),
    ],
)
def test_annotations_add_caution_and_take_it_only_from_what_does_not_act(
    name, properties, hints, effect
):
    assert guessed(name, {"properties": properties}, hints).effect == effect


@pytest.mark.parametrize(
    ("text", "name"),
    [("server-filesystem", "server-filesystem"), ("@x/Y Z", "x-y-z"), ("***", "server")],
)
def test_a_server_name_is_one_that_actions_can_carry(text, name):
    assert server_name(text) == name


def test_a_real_server_is_asked_and_its_answer_written(tmp_path, capsys):
    script = tmp_path / "files_server.py"
    script.write_text(SERVER)
    out = tmp_path / "guard.yaml"

    assert main(["init", "--out", str(out), "--", sys.executable, str(script)]) == 0

    assert "2 tools of 'files-server', none confirmed" in capsys.readouterr().out
    assert main(["policy", "check", "--config", str(out)]) == 0


def test_a_file_that_is_there_is_kept(tmp_path, capsys):
    out = tmp_path / "guard.yaml"
    out.write_text("mine")

    assert main(["init", "--out", str(out), "--", "true"]) == 3
    assert "config_exists" in capsys.readouterr().err
    assert out.read_text() == "mine"


def test_a_server_that_does_not_answer_leaves_no_file(tmp_path, capsys):
    out = tmp_path / "guard.yaml"

    assert main(["init", "--out", str(out), "--", str(tmp_path / "no-such-server")]) == 3
    assert "server_unreachable" in capsys.readouterr().err
    assert not out.exists()


def test_a_url_without_a_server_is_to_be_looked_at_and_not_started(tmp_path, capsys):
    assert main(["init", "--out", str(tmp_path / "g.yaml"), "--url", "http://127.0.0.1:1/x"]) == 3
    said = capsys.readouterr().err
    assert "server_unreachable" in said
    assert "Look whether the URL is that of its MCP endpoint, path included." in said


def test_no_server_or_two_are_refused(capsys):
    assert main(["init"]) == 2
    assert main(["init", "--url", "http://127.0.0.1:1/", "--", "true"]) == 2
    assert capsys.readouterr().err.count("init_server") == 2


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["npx", "-y", "@modelcontextprotocol/server-filesystem", "/data/ann"], "filesystem"),
        (
            ["node", "/opt/@modelcontextprotocol/server-filesystem/dist/index.js", "/d"],
            "filesystem",
        ),
        (["uvx", "mcp-server-git", "--repository", "/src/guard"], "git"),
        (["python", "-m", "mcp_server_time"], "time"),
        (["npx", "github-mcp-server@1.2"], "github"),
        (["/usr/bin/ledger"], "ledger"),
        (["python", "servers/notes.py"], "notes"),
    ],
)
def test_a_server_is_called_after_its_package_and_not_after_what_it_works_on(command, name):
    assert server_name(_source(None, command)) == name
