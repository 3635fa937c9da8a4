import asyncio

from guard_adapters.front.waiting import WaitingList


async def test_of_two_under_one_key_the_first_is_fetched_first():
    waiting = WaitingList[str, str](60, lambda _: None)
    waiting.keep("same", "first")
    waiting.keep("same", "second")
    assert [*waiting] == ["first", "second"]
    assert [waiting.take("same") for _ in range(3)] == ["first", "second", None]


async def test_what_nobody_fetches_is_given_up_once_and_is_gone():
    over: asyncio.Queue[list[str]] = asyncio.Queue()
    waiting = WaitingList[str, list[str]](0, over.put_nowait)
    late, taken = ["same"], ["same"]
    waiting.keep("same", taken)
    assert waiting.take("same") is taken
    waiting.keep("same", late)
    async with asyncio.timeout(5):
        assert await over.get() is late
    assert over.empty()
    assert (waiting.take("same"), [*waiting]) == (None, [])
