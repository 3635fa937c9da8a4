"""Writes the pages that the sources know better than a person: `python docs/generate.py [--check]`.

`--check` writes nothing and exits 1 when a committed page differs. A page never holds a figure,
a date or a path of this machine, so that the same sources give the same page.
"""

import argparse
import contextlib
import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / name) for name in ("docs", "tests", "bench", "", "adapters")]

from error_codes import GROUPS, SENTENCES  # noqa: E402  found by the line above
from found_codes import found, modules  # noqa: E402
from http_api import document  # noqa: E402
from page import page as benchmarks  # noqa: E402
from promises import PROMISES  # noqa: E402
from pydantic import BaseModel  # noqa: E402
from pydantic_core import PydanticUndefined  # noqa: E402

from guard.callers import Callers  # noqa: E402
from guard.config import Console, Installation, Serve, Settings, Store  # noqa: E402
from guard.detect.numbers import Detectors  # noqa: E402
from guard.grant import approval, lease  # noqa: E402
from guard.policy.annotate import VOCABULARY  # noqa: E402
from guard_adapters import cli  # noqa: E402

NOTE = (
    "<!-- Written by docs/generate.py from the sources: change those, then run `make docs`. -->\n"
)

ANNOTATIONS = {
    "id": "The rule's name in logs, tables and answers; unique, such as `PAY-001`. Needed.",
    "reason": "A stable code that the agent reads, such as `rate_limit`. Needed.",
    "owner": "Who answers questions about the rule.",
    "severity": "How bad it is when the rule fires; for readers.",
    "decision": "`step_up`, `narrow` or `access`; a forbid without it denies.",
    "approvers": "Who is asked: groups, separated by commas, or `session-owner` alone.",
    "quorum": "How many different people must say yes, 1 to 9. Default 1.",
    "ttl": "How long people have to answer, at most 7d. Default 300s.",
    "grant_ttl": "How long a yes may be used, at most 3600s. Default 60s.",
    "uv": "Whether the device must make sure who answers. Default true.",
    "device_bound": "Whether the reviewer's key must not leave its device. Default false.",
    "match": "Roles of arguments whose values the reviewer types instead of clicking.",
    "retry_after": "After what time the agent may try again, at most 1d.",
    "instead_of": "The guard's own rule for which this one stands in: `guard:opaque`. Where guard.yaml has "
    "`defaults.opaque_args`, that holds and this rule does not.",
    "narrow": "The transform, by its name in guard.yaml, that shrinks the call. Needed.",
    "scopes": "The scopes that the credential may carry, separated by commas.",
    "max_ttl": "How long the credential may live, at most 1d.",
    "binding_min": "How closely the credential must be tied to the call: L0, L1, L2 or L3.",
    "access": "What is left to the session: `reduced`, `read_only`, `stopped`, or a name of `access` in "
    "guard.yaml. Needed.",
    "restore": "What gives it back: `operator`, `reauth` (the person's fresh yes), a time without cause "
    "such as `30m`, several of them with commas, or `never`. Needed.",
}


def errors() -> str:
    """Return every stable code with its sentence, and the reasons of the starter policies."""
    codes = found()
    missing, extra = sorted(codes.keys() - SENTENCES), sorted(SENTENCES.keys() - codes)
    if missing or extra:
        raise SystemExit(f"docs/error_codes.py: no sentence for {missing}, no code for {extra}.")
    parts = ["# Errors, by code\n", _ERRORS]
    for heading, group in GROUPS.items():
        parts.append(f"## {heading}\n")
        for code, sentence in sorted(group.items()):
            where = ", ".join(f"`{file}`" for file in codes[code])
            parts.append(f"### `{code}`\n\n{sentence}\n\nMade in {where}.\n")
    parts.append("## Reasons of the starter policies\n")
    for name in ("baseline", "mcp-proxy", "agent-tasks"):
        parts.append(_reasons(name))
    return "\n".join(parts)


_ERRORS = """\
A code is stable: programs may compare it. The sentence beside it in an answer or a log may change.
Rules have reason codes of their own (`@reason`); those of the starter policies stand at the end.
"""


def _reasons(name: str) -> str:
    text = (ROOT / "policies" / f"{name}.cedar").read_text(encoding="utf-8")
    rows = re.findall(
        r"((?:^//[^\n]*\n)*)@id\(\"([^\"]+)\"\)(.*?)@reason\(\"([^\"]+)\"\)",
        text,
        re.MULTILINE | re.DOTALL,
    )
    lines = [f"`policies/{name}.cedar`:\n", "| reason | rule | answer |", "|---|---|---|"]
    for _, rule, head, reason in rows:
        lines.append(f"| `{reason}` | {rule} | {_answer(head, text, rule)} |")
    return "\n".join(lines) + "\n"


def _answer(head: str, text: str, rule: str) -> str:
    if "step_up" in head:
        return "asks a person"
    if "narrow" in head:
        return "narrows"
    after = text[text.index(f'@id("{rule}")') :]
    return (
        "permits"
        if re.search(r"^(permit|forbid)", after, re.MULTILINE)[1] == "permit"
        else "denies"
    )


def settings() -> str:
    """Return every setting of guard.yaml with default, range and meaning."""
    parts = ["# Settings\n", _SETTINGS]
    for title, path, model in (
        ("The guard", "guard", Installation),
        ("Numbers", "guard.settings", Settings),
        ("The console of reviewers", "guard.console", Console),
        ("Serving over HTTP", "guard.serve", Serve),
        ("The store", "guard.store", Store),
        ("Detectors", "guard.detectors", Detectors),
        ("Callers", "guard.callers", Callers),
    ):
        parts.append(f"## {title}\n")
        parts += [
            _setting(path, name, model) for name in model.model_fields if not _nested(model, name)
        ]
    return "\n".join(parts)


_SETTINGS = """\
All of them stand in `guard.yaml`, and all have a default. An unknown name is refused
(`config_unusable`), so that a misspelt limit is not silently ignored.
"""


def _nested(model: type[BaseModel], name: str) -> bool:
    annotation = model.model_fields[name].annotation
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _setting(path: str, name: str, model: type[BaseModel]) -> str:
    field = model.model_fields[name]
    default = "none" if field.default is PydanticUndefined else repr(field.default)
    limits = [
        f"{word} {getattr(one, word)}"
        for one in field.metadata
        for word in ("ge", "le")
        if hasattr(one, word)
    ]
    words = {"ge": "at least", "le": "at most"}
    shown = "; ".join(f"{words[one.split()[0]]} {one.split()[1]}" for one in limits)
    tail = f"; {shown}" if shown else ""
    return f"### `{path}.{name}`\n\n{field.description}\n\nDefault `{default}`{tail}.\n"


def annotations() -> str:
    """Return the closed vocabulary of annotations, and the kinds of rule that take each."""
    known = frozenset().union(*VOCABULARY.values())
    if known != ANNOTATIONS.keys():
        raise SystemExit(
            f"docs/generate.py: annotations differ: {sorted(known ^ ANNOTATIONS.keys())}."
        )
    lines = [
        "# Annotations of a rule\n",
        _ANNOTATIONS,
        "| annotation | rules | meaning |",
        "|---|---|---|",
    ]
    for name, meaning in ANNOTATIONS.items():
        kinds = [kind for kind, words in VOCABULARY.items() if name in words]
        lines.append(
            f"| `@{name}` | {'all' if len(kinds) == len(VOCABULARY) else ', '.join(kinds)} | {meaning} |"
        )
    return "\n".join(lines) + "\n"


_ANNOTATIONS = """\
Cedar takes any word after `@`; the guard takes these and refuses others (`G301`), for a misspelt
`@aprovers` would leave a question that nobody is asked. A `permit` is one; a `forbid` is of the kind
deny, step_up, narrow or access by its `@decision`. Durations are written `60s`, `5m`, `1h`, `7d`.
"""


def states() -> str:
    """Return the state machines as diagrams, from their tables."""
    return "\n".join(
        [
            "# States\n",
            "Drawn from the tables in the code; a change that has no arrow here raises.\n",
            "## An approval\n\n`guard/grant/approval.py`\n",
            _diagram(approval.TRANSITIONS, approval.ApprovalState.PENDING),
            "## A lease\n\n`guard/grant/lease.py`\n",
            _diagram(lease.TRANSITIONS, lease.LeaseState.RESERVED),
        ]
    )


def _diagram(table: Mapping[StrEnum, Mapping[StrEnum, StrEnum]], first: StrEnum) -> str:
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {first}"]
    for state, events in table.items():
        lines += [f"    {state} --> {target}: {event}" for event, target in events.items()]
        if not events:
            lines.append(f"    {state} --> [*]")
    return "\n".join([*lines, "```\n"])


def commands() -> str:
    """Return `--help` of the program and of every command that is there."""
    parts = ["# The command `guard`\n", _COMMANDS, _help("guard", [])]
    for name in cli.COMMANDS:
        if find_spec(f"{cli.__name__}.{name}") is None:
            continue
        parts.append(_help(f"guard {name}", [name]))
        text = _printed([name, "--help"])
        match = re.search(
            r"^(?:actions|positional arguments):\n(.*?)(?:\n\n|\Z)", text, re.DOTALL | re.MULTILINE
        )
        for action in re.findall(r"^    ([a-z-]+)(?: |$)", match[1] if match else "", re.MULTILINE):
            parts.append(_help(f"guard {name} {action}", [name, action]))
    return "\n".join(parts)


_COMMANDS = """\
Exit codes: 0 fine, 1 findings or a refusal, 2 wrong usage, 3 something cannot be loaded.
`guard audit verify` alone ends with 3 on wrong usage as well: its 2 says that the log holds and parts were erased.
"""


def _help(title: str, words: list[str]) -> str:
    return f"## {title}\n\n```text\n{_printed([*words, '--help']).strip()}\n```\n"


def _printed(words: list[str]) -> str:
    out = io.StringIO()
    narrow = mock.patch.dict("os.environ", COLUMNS="88", NO_COLOR="1")
    with narrow, contextlib.redirect_stdout(out):
        cli.main(words)
    return out.getvalue()


def house() -> str:
    """Return one line for each module: the first line of its docstring."""
    lines = ["# The house\n", _HOUSE]
    folder = ""
    for file in sorted(modules(), key=lambda one: (Path(one).parent.as_posix(), one)):
        home, _, name = file.rpartition("/")
        if home != folder:
            lines.append(f"\n## `{home}/`\n")
            folder = home
        lines.append(f"- `{name}`: {modules()[file][0]}")
    return "\n".join(lines) + "\n"


_HOUSE = """\
`guard/` decides and never touches the world; `adapters/` touches the world and never decides;
`policies/` says what is allowed. Every module, with the first line of its docstring:
"""


def promises() -> str:
    """Return every promise with the test that keeps it, attacker by attacker."""
    lines = ["# Promises, and the tests that keep them\n", _PROMISES]
    for attacker, kept in PROMISES.items():
        lines.append(f"\n## {attacker}\n")
        for sentence, test in kept.items():
            file, _, name = test.partition("::")
            lines.append(f"- {sentence} `{name}` in [`tests/{file}`](../tests/{file})")
    return "\n".join(lines) + "\n"


_PROMISES = """\
A promise without a test is none. Run one with `pytest -k` and the name behind it.
"""

PAGES: Mapping[str, Callable[[], str]] = {
    "errors.md": errors,
    "settings.md": settings,
    "annotations.md": annotations,
    "states.md": states,
    "cli.md": commands,
    "house.md": house,
    "promises.md": promises,
}


def differing() -> Iterator[tuple[Path, str]]:
    """Yield path and new text of every page that is not what the sources say."""
    texts = {name: f"{NOTE}{made().rstrip()}\n" for name, made in PAGES.items()}
    texts["openapi.json"] = json.dumps(document(), indent=1, sort_keys=True) + "\n"
    texts["benchmarks.md"] = benchmarks()  # it says itself what it is written from
    for name, text in texts.items():
        path = ROOT / "docs" / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield path, text


def main() -> int:
    """Write the pages, or only compare them."""
    parser = argparse.ArgumentParser(description="Write the pages made from the sources.")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 when one differs")
    check = parser.parse_args().check
    stale = list(differing())
    for path, text in stale:
        if check:
            print(f"{path.relative_to(ROOT)} is not what the sources say; run `make docs`.")
        else:
            path.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
