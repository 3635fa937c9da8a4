from hypothesis import given
from hypothesis import strategies as st

from guard.grant.rotation import PUBLISH_MS, RETIRE_MS, Version, in_use


def row(*made_ms):
    return [
        Version(number=n + 1, made_ms=ms, jwk={"x": str(n + 1)}) for n, ms in enumerate(made_ms)
    ]


def numbers(found):
    return (
        found.signing.number,
        [one.number for one in found.following],
        [int(one.jwk["x"]) for one in found.retired],
    )


def test_a_first_key_signs_at_once():
    assert numbers(in_use(row(1_000), 1_000)) == (1, [], [])
    assert in_use([], 0) is None


def test_the_next_key_is_known_for_five_minutes_before_it_signs_and_the_last_a_while_after():
    keys, made = row(0, 1_000_000), 1_000_000
    assert numbers(in_use(keys, made)) == (1, [2], [])
    assert numbers(in_use(keys, made + PUBLISH_MS - 1)) == (1, [2], [])
    assert numbers(in_use(keys, made + PUBLISH_MS)) == (2, [], [1])
    assert numbers(in_use(keys, made + PUBLISH_MS + RETIRE_MS - 1)) == (2, [], [1])
    assert numbers(in_use(keys, made + PUBLISH_MS + RETIRE_MS)) == (2, [], [])


def test_several_that_are_not_known_yet_wait_in_their_order():
    assert numbers(in_use(row(0, 10, 20), 30)) == (1, [2, 3], [])


@given(st.lists(st.integers(0, 3_600_000), min_size=1, max_size=6), st.integers(0, 4_000_000))
def test_whoever_signs_was_published_long_enough_or_is_the_first(moments, now_ms):
    keys = row(*sorted(moments))
    found = in_use(keys, now_ms)
    assert found.signing.usable_ms <= now_ms or found.signing.number == 1
    assert all(one.usable_ms > now_ms for one in found.following)
    assert found.published()[0] == found.signing.jwk
    assert len({key["x"] for key in found.published()}) == len(found.published())


@given(st.lists(st.integers(0, 3_600_000), min_size=1, max_size=5), st.integers(0, 4_000_000))
def test_a_token_can_be_verified_until_it_is_over(moments, signed_ms):
    keys = row(*sorted(moments))
    signing = in_use(keys, signed_ms).signing.jwk
    assert signing in in_use(keys, signed_ms + RETIRE_MS - 1).published()
