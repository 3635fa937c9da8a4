"""What a no is remembered by: the call and who asked, not the session, and not in clear."""

import pytest

from guard.grant.cooldown import cooldown_key

CALL = {"server": "s", "tool": "t", "bytes_sha256": "00", "principal": "p", "agent": "a"}


@pytest.mark.parametrize("name", CALL)
def test_another_call_or_another_asker_has_another_key(name):
    assert cooldown_key(b"k", **CALL) == cooldown_key(b"k", **CALL)
    assert cooldown_key(b"k", **CALL) != cooldown_key(b"k", **{**CALL, name: "other"})


def test_without_the_secret_the_key_cannot_be_guessed():
    assert cooldown_key(b"k", **CALL) != cooldown_key(b"l", **CALL)


def test_no_separator_can_be_moved_between_two_names():
    one = cooldown_key(b"k", **{**CALL, "server": "a/b", "tool": "c"})
    assert one != cooldown_key(b"k", **{**CALL, "server": "a", "tool": "b/c"})
