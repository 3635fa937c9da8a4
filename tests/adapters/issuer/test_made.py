"""What breaks inside an issuer is named by its type alone."""

import asyncio
import traceback

import pytest

from guard.errors import Refused, Unavailable
from guard_adapters.issuer.made import discreet


async def test_what_a_library_said_is_in_nothing_that_is_raised():
    @discreet
    async def breaks():
        raise RuntimeError("SECRET-CANARY") from KeyError("SECRET-CANARY")

    with pytest.raises(Unavailable) as no:
        await breaks()
    assert no.value.code == "issuer_unavailable"
    assert "RuntimeError" in str(no.value)
    assert (no.value.__cause__, no.value.__context__) == (None, None)
    shown = "".join(
        traceback.TracebackException.from_exception(no.value, capture_locals=True).format()
    )
    assert "SECRET-CANARY" not in shown


async def test_what_an_issuer_refuses_and_a_cancel_pass():
    @discreet
    async def refuses(error):
        raise error

    with pytest.raises(Refused) as no:
        await refuses(Refused("x", code="grant_unusable"))
    assert no.value.code == "grant_unusable"
    with pytest.raises(asyncio.CancelledError):
        await refuses(asyncio.CancelledError())
