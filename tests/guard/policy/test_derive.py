"""What the guard reads out of recipients that are no plain addresses."""

import pytest

from guard.model.call import ArgSpec, ToolSpec
from guard.policy.derive import derive
from guard.policy.extract import ExtractError

SPEC = ToolSpec(
    server="feed",
    tool="post",
    effect=frozenset({"write"}),
    args={"to": ArgSpec(role="recipient")},
)


@pytest.mark.parametrize("handle", ["@kim", "@Kim_Lee", "@team-7"])
def test_a_handle_is_somebody_and_no_address(handle):
    found = derive(SPEC, {"to": [handle]})
    assert found.recipients == {handle}
    assert found.dest_domains == frozenset()


@pytest.mark.parametrize(
    "text", ["@evil.example", "@kim@evil.example", "@kim,a@b.example", "@", "@_"]
)
def test_an_address_without_a_name_before_it_is_refused(text):
    with pytest.raises(ExtractError):
        derive(SPEC, {"to": [text]})
