"""What every front of a framework stands on: one call in, one of three answers out."""

import asyncio
import re
import threading
from dataclasses import replace

import pytest

from guard.errors import Refused, Unavailable
from guard.model.call import Outcome, ToolResult
from guard_adapters.front.function import credential_here, idempotency_key_here
from guard_adapters.front.intake import Intake
from guard_adapters.front.kept import Form
from guard_adapters.front.native import Native, NotRun, Ran, Waiting
from guard_adapters.front.running import Handed
from guard_adapters.store.sqlite.reruns import SqliteReruns

pytestmark = pytest.mark.frameworks


@pytest.fixture
def world(both):
    return both


def call(tool, *, session="t1", scope="m1", call_id="call_0", **arguments):
    return Native(
        server="bank", tool=tool, arguments=arguments, session=session, scope=scope, call_id=call_id
    )


def running(world, tool):
    plain = world.tool(tool)

    async def run(arguments):
        return plain(**arguments)

    return run


async def around(world, native):
    return await world.guard.intake.around(native, running(world, native.tool))


async def made(world, tool, **more):
    return await world.guard.intake.around(call(tool, **more), running(world, tool))


async def test_an_allowed_call_runs_once_with_its_own_credential(world) -> None:
    answer = await made(world, "look", key="7")
    assert (answer.result, world.ran) == ("look did [('key', '7')]", [("look", {"key": "7"})])
    assert world.credentials[0].kind == "calltoken"
    assert credential_here() is None


async def test_a_plain_function_is_run_like_one_that_is_awaited(world) -> None:
    """As the page of one's own loop shows it: nothing is written around the function."""
    answer = await world.guard.intake.around(
        call("look", key="7"), lambda judged: world.tool("look")(**judged)
    )
    handed = await world.guard.intake.before(call("look", key="8", scope="m2"))
    assert isinstance(handed, Handed)
    told = await handed.run(lambda judged: world.tool("look")(**judged))
    assert (answer.result, told.result) == (
        "look did [('key', '7')]",
        "look did [('key', '8')]",
    )
    assert len(world.ran) == 2


async def test_a_denied_call_does_not_run_and_the_model_reads_why(world) -> None:
    answer = await made(world, "wipe", key="7")
    assert (answer.code, answer.text[:6], world.ran) == ("never", "DENIED", [])


async def test_a_narrowed_call_runs_with_the_smaller_argument(world) -> None:
    world.asked.clear()
    answer = await made(world, "pay", to="x", amount=5000)
    assert isinstance(answer, Waiting)
    await world.answer("approve")
    answer = await made(world, "pay", to="x", amount=5000)
    assert isinstance(answer, Ran)
    assert world.ran == [("pay", {"to": "x", "amount": 1000})]
    assert answer.narrowed


async def test_a_question_pauses_and_the_same_call_after_a_restart_runs_once(world) -> None:
    first = await made(world, "pay", to="x", amount=500)
    assert isinstance(first, Waiting)
    assert first.view["approval_id"] == world.asked[0].id
    assert not re.search(r"\b500\b", str(first.view)), "an id may hold these digits by chance"
    still = await made(world, "pay", to="x", amount=500)
    assert isinstance(still, Waiting)
    assert (still.approval_id, world.ran) == (first.approval_id, [])
    world.restart()
    await world.answer("approve")
    answer = await made(world, "pay", to="x", amount=500)
    assert isinstance(answer, Ran)
    again = await made(world, "pay", to="x", amount=500)
    assert (again.result, again.replayed) == (answer.result, True)
    assert len(world.ran) == 1


async def test_a_no_is_read_by_the_model(world) -> None:
    await made(world, "pay", to="x", amount=500)
    await world.answer("deny", "not this month")
    answer = await made(world, "pay", to="x", amount=500)
    assert (answer.code, world.ran) == ("approval_denied", [])
    assert answer.text.startswith("DENIED apr_")
    assert "not this month" in answer.text


async def test_the_same_id_in_another_turn_is_another_call(world) -> None:
    await made(world, "look", key="7")
    await made(world, "look", key="7", scope="m2")
    assert len(world.ran) == 2


async def test_a_framework_that_runs_a_finished_sibling_again_gets_the_first_answer(world) -> None:
    answers = [await made(world, "look", key="7") for _ in range(3)]
    assert [one.replayed for one in answers] == [False, True, True]
    assert len(world.ran) == 1


async def test_the_same_id_with_other_arguments_is_refused_after_it_ran(world) -> None:
    await made(world, "look", key="7")
    answer = await made(world, "look", key="8")
    assert (answer.code, len(world.ran)) == ("call_id_reused", 1)


async def test_what_could_not_be_kept_is_withheld_and_not_run_again(world) -> None:
    async def run(arguments):
        world.ran.append(arguments)
        return object()

    intake = world.guard.intake
    assert isinstance(await intake.around(call("look", key="7"), run), Ran)
    answer = await intake.around(call("look", key="7"), run)
    assert (answer.code, len(world.ran)) == ("already_ran", 1)


async def test_what_a_tool_raises_is_raised_unchanged_and_recorded(world) -> None:
    with pytest.raises(OSError, match="the disk is gone"):
        await made(world, "look", key="boom")
    answer = await made(world, "look", key="boom")
    assert (answer.code, len(world.ran)) == ("already_ran", 1)


async def test_a_tool_of_the_framework_that_pauses_by_itself_may_run_again(world) -> None:
    class Pause(Exception):
        pass

    async def run(arguments):
        world.ran.append(arguments)
        if len(world.ran) == 1:
            raise Pause
        return "done"

    intake = replace(world.guard.intake, form=Form(pauses=(Pause,)))
    with pytest.raises(Pause):
        await intake.around(call("look", key="7"), run)
    assert (await intake.around(call("look", key="7"), run)).result == "done"


async def test_what_was_read_changes_the_next_answer(world) -> None:
    assert isinstance(await made(world, "note", text="a", call_id="c1"), Ran)
    await made(world, "read_web", key="7", call_id="c2")
    assert (await made(world, "note", text="b", call_id="c3")).code == "tainted"
    other = await made(world, "note", text="b", call_id="c4", session="t2")
    assert isinstance(other, Ran)


async def test_eight_calls_at_once_each_see_their_own_credential(world) -> None:
    await asyncio.gather(*(made(world, "look", key=str(n), call_id=f"c{n}") for n in range(8)))
    assert len({one.lease_id for one in world.credentials}) == 8


async def test_of_the_same_call_at_once_one_runs(world) -> None:
    answers = await asyncio.gather(*(made(world, "look", key="7") for _ in range(8)))
    assert len(world.ran) == 1
    assert {one.code for one in answers if isinstance(one, NotRun)} <= {"call_running"}


async def test_a_call_cancelled_while_its_tool_runs_is_unknown_and_never_run_again(world) -> None:
    begun = asyncio.Event()

    async def run(_arguments):
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(world.guard.intake.around(call("look", key="7"), run))
    await asyncio.wait_for(begun.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    answer = await made(world, "look", key="7")
    assert (answer.code, world.ran) == ("outcome_unknown", [])


class Broken:
    """A guard that fails in one way."""

    def __init__(self, fault):
        self.fault, self.settled = fault, []

    def now_ms(self):
        return 1

    def new_id(self):
        return "c"

    async def adopted(self, native, asked):
        return f"s{native}"

    async def claim(self, rerun):
        return None

    def settle(self, rerun):
        async def done():
            self.settled.append(rerun.outcome)

        return done()

    async def call(self, call, tool, *, hold_ms):
        return await self.fault(call, tool)


async def hangs(call, tool):
    await asyncio.Event().wait()


async def raises(call, tool):
    raise RuntimeError("a bug")


async def fails(call, tool):
    raise Unavailable("gone", code="store_unavailable")


async def lies(call, tool):
    return "allowed"


async def claims_a_run(call, tool):
    return ToolResult(outcome=Outcome.OK, value="all done")


@pytest.mark.parametrize("fault", [hangs, raises, fails, lies, claims_a_run])
async def test_whatever_the_guard_does_wrong_the_tool_does_not_run(fault, monkeypatch) -> None:
    monkeypatch.setattr("guard_adapters.front.intake.SLACK_MS", 20)
    broken, ran = Broken(fault), []

    async def run(arguments):
        ran.append(arguments)

    answer = await Intake(calls=broken).around(call("look", key="7"), run)
    assert isinstance(answer, NotRun)
    assert (answer.text.split(":")[0], ran) == ("GUARD_UNAVAILABLE", [])
    assert broken.settled == [Outcome.REFUSED]


class Forgetting(Broken):
    """A guard that judges well and cannot record how a repeated call ended."""

    async def call(self, call, tool, *, hold_ms):
        return await tool.run(call, None)

    def settle(self, rerun):
        async def done():
            raise Unavailable("The store failed.", code="store_unavailable")

        return done()


async def test_what_a_tool_returned_is_told_although_its_end_could_not_be_recorded():
    async def run(arguments):
        return "paid"

    answer = await Intake(calls=Forgetting(None)).around(call("pay"), run)
    assert (answer.result, answer.unkept) == ("paid", "store_unavailable")


async def test_what_a_tool_raised_is_told_although_its_end_could_not_be_recorded():
    async def run(arguments):
        raise KeyError("no such account")

    with pytest.raises(KeyError):
        await Intake(calls=Forgetting(None)).around(call("pay"), run)


async def test_a_no_is_told_although_the_end_could_not_be_recorded():
    class Refusing(Forgetting):
        async def call(self, call, tool, *, hold_ms):
            raise Refused("no", code="never")

    async def run(arguments):
        raise AssertionError

    answer = await Intake(calls=Refusing(None)).around(call("pay"), run)
    assert answer.code == "never"


async def test_an_end_that_could_not_be_recorded_is_in_the_log_and_the_call_is_not_made_again(
    world, monkeypatch
):
    def fails(self, rerun):
        async def done():
            raise Unavailable("The store failed.", code="store_unavailable")

        return done()

    with monkeypatch.context() as patched:
        patched.setattr(SqliteReruns, "settle", fails)
        first = await made(world, "look", key="7")
    assert (first.result, first.unkept) == ("look did [('key', '7')]", "store_unavailable")
    (leaf,) = [one for one in await asyncio.to_thread(world.log) if one["kind"] == "run_unkept"]
    assert (leaf["code"], leaf["outcome"]) == ("store_unavailable", "ok")
    again = await made(world, "look", key="7")
    assert isinstance(again, NotRun)
    assert again.code in {"call_running", "outcome_unknown"}
    assert len(world.ran) == 1


async def test_an_argument_that_is_no_json_is_refused(world) -> None:
    for odd in (float("nan"), {1, 2}, object(), "\ud800"):
        answer = await made(world, "look", key=odd)
        assert (answer.code, world.ran) == ("bad_argument", [])


async def test_a_call_that_the_framework_runs_itself_ends_where_it_says(world) -> None:
    handed = await world.guard.intake.before(call("look", key="7"))
    assert isinstance(handed, Handed)
    assert (handed.arguments, handed.credential.kind) == ({"key": "7"}, "calltoken")
    answer = await handed.returned("found")
    assert answer.result == "found"
    assert (await world.guard.intake.before(call("look", key="7"))).replayed


async def test_a_call_that_the_framework_ran_and_that_failed_is_an_error(world) -> None:
    handed = await world.guard.intake.before(call("look", key="7"))
    await handed.failed(OSError("gone"))
    answer = await world.guard.intake.before(call("look", key="7"))
    assert answer.code == "already_ran"


async def test_nothing_is_handed_out_that_is_not_allowed(world) -> None:
    assert (await world.guard.intake.before(call("wipe", key="7"))).code == "never"
    assert isinstance(await world.guard.intake.before(call("pay", to="x", amount=500)), Waiting)


def test_a_plain_call_runs_in_the_thread_that_made_it(world) -> None:
    seen = []

    def run(arguments):
        seen.append((threading.current_thread(), arguments, credential_here()))
        return "found"

    answer = world.guard.intake.around_sync(call("look", key="7"), run)
    ((thread, arguments, credential),) = seen
    assert (answer.result, thread, arguments) == ("found", threading.current_thread(), {"key": "7"})
    assert credential.kind == "calltoken"
    assert credential_here() is None


def test_a_plain_call_that_raises_is_recorded_and_raised(world) -> None:
    def run(_arguments):
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        world.guard.intake.around_sync(call("look", key="7"), run)
    answer = world.guard.intake.around_sync(call("look", key="7"), run)
    assert answer.code == "already_ran"


async def test_what_a_run_was_asked_is_shown_to_people_and_allows_nothing(world) -> None:
    asked = replace(call("pay", to="x", amount=500), asked="pay x 500, whatever the rules say")
    assert isinstance(await around(world, asked), Waiting)
    (question,) = world.asked
    session = await world.session(question.session)
    assert (session.intent.purpose, session.intent.declared) == (asked.asked, False)
    assert (session.words, session.intent.declared_by) == ((), "agent")
    later = replace(call("look", call_id="call_1", key="7"), asked="something else")
    await around(world, later)
    assert (await world.session(question.session)).intent.purpose == asked.asked


async def test_what_the_newest_run_was_asked_stands_beside_what_the_first_one_was(both) -> None:
    for asked in ("one", "two", "two", "", "three"):
        await around(both, replace(call("look", call_id=asked, key="7"), asked=asked))
    handle = await both.guard.seat.adopted("t1")
    there = await both.session(handle)
    assert (there.intent.purpose, there.asked, there.words) == ("one", "three", ())
    both.restart()
    await around(both, replace(call("look", call_id="again", key="7"), asked="one"))
    assert (await both.session(handle)).asked == "", "it is shown already"


async def test_what_the_person_said_first_and_later_is_kept_and_in_the_log(both) -> None:
    handle = await both.guard.start("t1", words=("Look 7 up.",))
    await both.guard.start("t1", words=("Never said.",))
    await both.guard.tell("t1", "And 8.")
    assert (await both.session(handle)).words == ("Look 7 up.", "And 8.")
    leaves = await asyncio.to_thread(both.log)
    said = [one for one in leaves if one["kind"] in {"session_opened", "task_told"}]
    assert [one["kind"] for one in said] == ["session_opened", "task_told"]
    assert all(one["said_s256"] for one in said)


async def test_a_call_without_a_conversation_gives_its_session_no_purpose(world) -> None:
    await around(world, replace(call("look", session="", key="7"), asked="look"))
    (ended,) = [leaf for leaf in await asyncio.to_thread(world.log) if leaf["kind"] == "outcome"]
    assert (await world.session(ended["session"])).intent is None


def test_an_answer_from_memory_is_in_the_log(world) -> None:
    for _ in range(2):
        world.guard.intake.around_sync(call("look", key="7"), lambda _arguments: "found")
    kinds = [leaf["kind"] for leaf in world.log()]
    assert (kinds.count("outcome"), kinds.count("replayed")) == (1, 1)


async def test_a_session_is_the_same_after_a_restart_and_another_for_another_agent(world) -> None:
    first = await world.guard.seat.adopted("t1")
    world.restart()
    assert await world.guard.seat.adopted("t1") == first
    assert await world.guard.seat.adopted("t2") != first
    with pytest.raises(Refused, match="session_unknown"):
        await world.session("t1")


async def test_the_key_of_a_run_is_handed_out_with_its_arguments(world) -> None:
    handed = await world.guard.intake.before(call("note", text="a"))
    await handed.returned("noted")
    other = await world.guard.intake.before(call("look", key="7"))
    await other.returned("found")
    assert (len(handed.idempotency_key), other.idempotency_key) == (64, "")


def test_a_plain_call_has_its_key_while_it_runs(world) -> None:
    answer = world.guard.intake.around_sync(
        call("note", text="a"), lambda _arguments: idempotency_key_here()
    )
    assert len(answer.result) == 64
    assert idempotency_key_here() == ""
