"""What is malformed is refused with its stable code and a sentence, and changes nothing.

Rows live in `bad_input/*.yaml`; a new file or row needs no code. Each row replaces one file of a
working installation; `code` and `exit` may stand at the top of the file for all of its rows.
"""

from pathlib import Path

import pytest

from guard_adapters._yaml import read_yaml
from guard_adapters.cli import main

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
            whole = {"kind": top["kind"], "code": top.get("code"), "exit": top["exit"], **row}
            yield pytest.param(whole, id=f"{path.stem}: {row['name']}")


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


@pytest.mark.parametrize("row", list(rows()))
def test_what_is_malformed_is_refused_with_its_code_and_changes_nothing(row, installation, capsys):
    data = bytes.fromhex(row["hex"]) if "hex" in row else row["text"].encode()
    (installation / REPLACES[row["kind"]]).write_bytes(data)
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


def test_the_table_has_at_least_sixty_rows():
    assert len(list(rows())) >= 60
