"""What is malformed is refused with its stable code and a sentence, and changes nothing.

Rows live in `bad_input/*.yaml`; a new file or row needs no code. Rows about files replace one of a
working installation, those of `message` are read as a message of a client, those of `token` are
shown to the verifier of call tokens. `code` and `exit` may stand at the top of the file.
"""

import json
from pathlib import Path

import pytest

from guard.grant.signing import b64u, compact, es256_sign
from guard.grant.verify import CallRefused, verify_call
from guard_adapters._yaml import read_yaml
from guard_adapters.cli import main
from guard_adapters.front.mcp.protocol.json import loads
from guard_adapters.front.mcp.protocol.wire import WireRefused
from tests.guard.grant.tokens import ARGS, HEADER, KEY, TOOL, claims, settings

FOLDER = Path(__file__).parent / "bad_input"
GOOD = {
    "guard.yaml": """version: 1
guard: {policies: [rules.cedar]}
servers:
  docs:
    trust: trusted
    tools:
      read:
        effect: [read]
        input_schema: {type: object, properties: {id: {type: string}}}
        confirmed: true
""",
    "rules.cedar": '@id("A-1") @reason("reads") permit (principal, '
    'action in Guard::Action::"read", resource);\n',
    "table.yaml": "cases: [{name: a, call: docs/read, expect: allow}]\n",
    "traces.jsonl": '{"session":"s","principal":"p","agent":"a","intent":{"purpose":"x"},'
    '"steps":[{"server":"docs","tool":"read","args":{"id":"1"}}]}\n',
}
REPLACES = {
    "config": "guard.yaml",
    "policy": "rules.cedar",
    "table": "table.yaml",
    "trace": "traces.jsonl",
}


def rows():
    for path in sorted(FOLDER.glob("*.yaml")):
        top = read_yaml(path)
        for row in top["rows"]:
            whole = {name: value for name, value in top.items() if name != "rows"} | row
            yield pytest.param(whole, id=f"{path.stem}: {row['name']}")


def rows_of(*kinds):
    return [one for one in rows() if one.values[0]["kind"] in kinds]


def data_of(row):
    """Return the bytes of a row, with what stands around its text as often as it says."""
    if "hex" in row:
        return bytes.fromhex(row["hex"])
    around = row.get("before", ""), row.get("after", "")
    before, after = (part * row.get("repeat", 1) for part in around)
    return f"{before}{row['text']}{after}{row.get('end', '')}".encode()


def token_of(row):
    """Return the token of a row: as it stands, or signed by the key that the verifier trusts."""
    if "text" in row:
        return row["text"]
    dropped, changed = row.get("dropped"), row.get("changed", {})
    good = {name: value for name, value in claims().items() if name != dropped} | changed
    header, payload = row.get("header", json.dumps(HEADER)), row.get("claims", json.dumps(good))
    data = f"{b64u(header.encode())}.{b64u(payload.encode())}".encode()
    return compact(data, es256_sign(KEY, data))


@pytest.fixture
def installation(tmp_path):
    for name, text in GOOD.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def command(folder, kind):
    source = ["--config", str(folder / "guard.yaml")]
    if kind == "table":
        return ["policy", "test", *source, "--tables", str(folder / "table.yaml")]
    return ["policy", "replay", *source, "--no-timing", str(folder / "traces.jsonl")]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("kind", sorted(REPLACES))
def test_the_installation_works_before_it_is_broken(installation, kind, capsys):
    assert main(command(installation, kind)) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize("row", rows_of(*REPLACES))
def test_what_is_malformed_is_refused_with_its_code_and_changes_nothing(row, installation, capsys):
    (installation / REPLACES[row["kind"]]).write_bytes(data_of(row))
    before = contents(installation)

    code = main(command(installation, row["kind"]))

    out, err = capsys.readouterr()
    assert code == row["exit"], err
    assert f"{row['code']}: " in err
    assert row.get("says", "") in err
    assert err.startswith("guard: ")
    assert err.endswith(".\n")
    assert out == ""
    assert contents(installation) == before


def test_a_good_message_and_a_good_token_are_taken():
    assert loads(b'{"id": 1}') == {"id": 1}
    assert verify_call(token_of({}), TOOL, ARGS, **settings())


@pytest.mark.parametrize("row", rows_of("message"))
def test_a_malformed_message_is_refused_with_its_code_and_is_not_repeated(row):
    with pytest.raises(WireRefused) as no:
        loads(data_of(row))
    assert no.value.reason == row["code"]
    assert no.value.message.endswith(".")
    assert "CANARY" not in str(no.value)


@pytest.mark.parametrize("row", rows_of("token"))
def test_a_malformed_token_is_refused_with_its_code_and_spends_nothing(row):
    verifier = settings()
    with pytest.raises(CallRefused) as no:
        verify_call(token_of(row), TOOL, ARGS, **verifier)
    assert no.value.code == row["code"]
    assert no.value.message.endswith(".")
    assert verify_call(token_of({}), TOOL, ARGS, **verifier)


def test_each_row_is_of_a_kind_that_is_tried():
    assert rows_of(*REPLACES, "message", "token") == list(rows())


def test_the_table_has_at_least_sixty_rows():
    assert len(list(rows())) >= 60
