"""The eighteen rows hold without anything in between, and notice a server that does without them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from tests.conformance.fidelity import fidelity_rows
from tests.conformance.harness import everything_command, listening
from tests.forked import python

UPSTREAM = Path(__file__).with_name("fidelity_upstream.py")


async def test_all_eighteen_rows_hold_without_a_guard(
    record_property: Callable[[str, object], None],
) -> None:
    record_property("checks", 0)  # those of the guard are counted
    with listening([python("uvicorn"), str(UPSTREAM), "--http", "0"]) as url:
        rows = await fidelity_rows(url)

    assert [name for name, survived in rows.items() if not survived] == []
    assert len(rows) == 18


async def test_all_eighteen_rows_hold_through_the_guard(
    guarded_url: Callable[[str], AbstractContextManager[str]],
    record_property: Callable[[str, object], None],
) -> None:
    record_property("checks", 18)
    with (
        listening([python("uvicorn"), str(UPSTREAM), "--http", "0"]) as url,
        guarded_url(url) as ours,
    ):
        rows = await fidelity_rows(ours)

    assert [name for name, survived in rows.items() if not survived] == []
    assert len(rows) == 18


async def test_all_eighteen_rows_hold_on_a_pipe_through_the_bridge_and_guard_proxy(
    piped: Callable[[list[str]], AbstractContextManager[str]],
    record_property: Callable[[str, object], None],
) -> None:
    forms = ("bridged", "attached", "standalone")
    record_property("checks", 18 * len(forms))
    with piped([python("uvicorn"), str(UPSTREAM), "--stdio"]) as url:
        rows = {form: await fidelity_rows(f"{url}/{form}") for form in forms}

    for form, found in rows.items():
        assert [name for name, survived in found.items() if not survived] == [], form
        assert len(found) == 18


async def test_a_server_with_typed_answers_keeps_the_id_and_nothing_else(
    record_property: Callable[[str, object], None],
) -> None:
    record_property("checks", 0)
    with listening(everything_command("--http", "0")) as url:
        rows = await fidelity_rows(url)

    assert [name for name, survived in rows.items() if survived] == ["string id verbatim"]
    assert len(rows) == 18


async def test_nobody_there_is_a_lost_row_not_a_crash(
    record_property: Callable[[str, object], None],
) -> None:
    record_property("checks", 0)
    with listening([python("uvicorn"), str(UPSTREAM), "--http", "0"]) as url:
        pass

    rows = await fidelity_rows(url)

    assert not any(rows.values())
