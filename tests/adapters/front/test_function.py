"""A guarded function looks to a model exactly as before, and runs only what was judged."""

import asyncio
import inspect
import threading

import pytest
from pydantic import TypeAdapter

from guard.errors import NotAllowed, Refused
from guard.grant.credential import Credential
from guard.model.decision import Deny
from guard.model.facts import Binding
from guard.model.idempotency import Idempotency
from guard_adapters.front.function import (
    Wrapper,
    current_credential,
    current_idempotency_key,
    idempotency_key_here,
)

CREDENTIAL = Credential(
    kind="call_token", lease_id="l", audience="a", binding=Binding.L2, expires_at_ms=1, secret="s"
)


class Front:
    """A guard that lets everything through, or says no; it keeps the calls."""

    def __init__(self, credential=CREDENTIAL, code=""):
        self.credential, self.code, self.calls, self.results = credential, code, [], []

    def new_id(self):
        return f"call_{len(self.calls)}"

    async def call(self, call, tool, *, hold_ms):
        self.calls.append((call, hold_ms))
        if self.code:
            raise NotAllowed(Deny(code=self.code))
        result = await tool.run(call, self.credential)
        self.results.append(result.outcome)
        return result


@pytest.fixture
def front():
    return Front()


def wrapped(front, function, **more):
    return Wrapper(front, session="gs_1", server="local", hold_ms=7).wrap(function, **more)


async def test_an_async_function_runs_with_the_judged_bytes(front):
    async def add(a: int, b: int = 2) -> int:
        return a + b

    assert await wrapped(front, add)(1) == 3
    ((call, hold_ms),) = front.calls
    assert (call.server, call.tool, call.session) == ("local", "add", "gs_1")
    assert (call.arguments, hold_ms) == (b'{"a":1,"b":2}', 7)


def test_a_plain_function_stays_plain(front):
    def add(a: int, b: int = 2) -> int:
        return a + b

    assert wrapped(front, add, name="sum")(1, b=5) == 6
    assert front.calls[0][0].tool == "sum"


async def test_a_plain_function_inside_a_running_loop_runs_in_a_thread_of_its_own(front):
    def where() -> int:
        return threading.get_ident()

    assert wrapped(front, where)() != threading.get_ident()


async def test_the_function_runs_what_the_guard_gives_it_not_what_it_was_called_with(front):
    seen = []

    class Narrowing(Front):
        async def call(self, call, tool, *, hold_ms):
            return await super().call(call.narrowed(b'{"amount":1}'), tool, hold_ms=hold_ms)

    async def pay(amount: int) -> None:
        seen.append(amount)

    await wrapped(Narrowing(), pay)(amount=1000)
    assert seen == [1]


def test_the_signature_that_a_model_sees_is_unchanged():
    def pay(amount: int, to: str = "me", *, memo: str = "") -> bool:
        """Pay somebody."""

    guarded = wrapped(Front(), pay)
    assert inspect.signature(guarded) == inspect.signature(pay)
    assert (guarded.__name__, guarded.__doc__) == ("pay", "Pay somebody.")
    assert TypeAdapter(guarded).json_schema() == TypeAdapter(pay).json_schema()


def test_the_hidden_credential_is_in_no_schema():
    def pay(amount: int, *, credential: Credential) -> str:
        return credential.secret

    guarded = wrapped(Front(), pay)
    assert list(inspect.signature(guarded).parameters) == ["amount"]
    assert list(TypeAdapter(guarded).json_schema()["properties"]) == ["amount"]
    assert guarded(5) == "s"


@pytest.mark.parametrize("given", [{"credential": "mine"}, {"unknown": 1}])
def test_a_caller_cannot_bring_a_credential_or_an_unknown_argument(front, given):
    def pay(amount: int, *, credential: Credential) -> str:
        return credential.secret

    with pytest.raises(TypeError):
        wrapped(front, pay)(5, **given)
    assert front.calls == []


async def test_the_credential_is_there_during_the_call_and_gone_after(front):
    async def pay() -> str:
        return (await asyncio.to_thread(current_credential)).secret

    assert await wrapped(front, pay)() == "s"
    with pytest.raises(Refused) as no:
        current_credential()
    assert no.value.code == "no_active_call"


def test_a_plain_function_has_the_credential_too(front):
    assert wrapped(front, lambda: current_credential().secret, name="pay")() == "s"


async def test_two_calls_at_once_do_not_see_each_other_s_credential():
    async def who() -> str:
        await asyncio.sleep(0)
        return current_credential().audience

    def of(name):
        given = Credential(
            kind="k", lease_id="l", audience=name, binding=Binding.L2, expires_at_ms=1, secret="s"
        )
        return wrapped(Front(given), who)

    assert await asyncio.gather(*(of(str(n))() for n in range(9))) == [str(n) for n in range(9)]


async def test_what_the_function_raises_is_recorded_and_raised(front):
    async def pay() -> None:
        raise LookupError("no such account")

    with pytest.raises(LookupError, match="no such account"):
        await wrapped(front, pay)()
    assert front.results == ["error"]


async def test_where_the_guard_says_no_the_function_does_not_run():
    ran = []

    async def pay() -> None:
        ran.append(1)

    with pytest.raises(NotAllowed) as no:
        await wrapped(Front(code="never"), pay)()
    assert (no.value.code, ran) == ("never", [])


def test_a_function_with_nameless_arguments_is_refused_when_it_is_wrapped(front):
    def pay(*amounts: int) -> None: ...

    with pytest.raises(TypeError, match="no rule could name"):
        wrapped(front, pay)


def test_a_positional_only_argument_is_judged_by_its_name(front):
    def pay(amount: int, /, memo: str = "") -> int:
        return amount

    assert wrapped(front, pay)(5) == 5
    assert front.calls[0][0].parsed() == {"amount": 5, "memo": ""}


def test_named_rest_arguments_are_judged_by_their_names(front):
    def pay(amount: int, **more: int) -> int:
        return amount + more["tip"]

    assert wrapped(front, pay)(5, tip=1) == 6
    assert front.calls[0][0].arguments == b'{"amount":5,"tip":1}'


@pytest.mark.parametrize(
    "value", [object(), b"bytes", {1, 2}, float("nan"), "\ud800"], ids=range(5)
)
def test_what_is_not_json_is_refused_before_the_guard_is_asked(front, value):
    def pay(amount: object) -> None: ...

    with pytest.raises(Refused) as no:
        wrapped(front, pay)(value)
    assert no.value.code == "bad_argument"
    assert front.calls == []


class Keyed(Front):
    """A guard whose catalogue asks for an idempotency key."""

    async def call(self, call, tool, *, hold_ms):
        return await super().call(call.keyed(Idempotency(), ""), tool, hold_ms=hold_ms)


async def test_however_often_a_function_tries_its_key_is_the_same_and_another_for_another_call():
    async def pay() -> list[str]:
        return [current_idempotency_key(), await asyncio.to_thread(current_idempotency_key)]

    guarded = wrapped(Keyed(), pay)
    first, second = await guarded(), await guarded()
    assert len({*first}) == len({*second}) == 1
    assert first != second
    with pytest.raises(Refused) as no:
        current_idempotency_key()
    assert no.value.code == "no_idempotency_key"


async def test_a_function_whose_entry_names_no_key_is_told_so(front):
    async def pay() -> str:
        return current_idempotency_key()

    with pytest.raises(Refused) as no:
        await wrapped(front, pay)()
    assert no.value.code == "no_idempotency_key"


async def test_inside_a_call_with_a_key_a_call_without_one_has_none():
    async def inner() -> str:
        return idempotency_key_here()

    async def outer() -> tuple[str, str]:
        return idempotency_key_here(), await wrapped(Front(), inner)()

    own, other = await wrapped(Keyed(), outer)()
    assert (len(own), other) == (64, "")
