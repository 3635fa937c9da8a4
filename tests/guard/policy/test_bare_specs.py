"""Methods, and tools that nobody listed: one spec each, for what is remembered goes by the spec."""

from guard.policy.catalog import read_catalog


def catalog(**server: object):
    return read_catalog({"version": 1, "servers": {"s": {"trust": "trusted", **server}}})


def test_an_unlisted_tool_has_one_spec_however_often_it_is_called():
    found = catalog(unsafe_allow_all_unlisted=True, environ={"KEY": "v"})
    assert found.spec("s", "t") is found.spec("s", "t")
    assert found.spec("s", "t") is not found.spec("s", "u")
    assert found.method_spec("s", "resources/read") is found.method_spec("s", "resources/read")


def test_what_is_remembered_is_never_that_of_another_catalogue():
    trusted, other = (
        catalog(unsafe_allow_all_unlisted=True, trust=trust).spec("s", "t")
        for trust in ("trusted", "untrusted")
    )
    assert trusted is not None
    assert other is not None
    assert (trusted.server_trusted, other.server_trusted) == (True, False)
    assert catalog(environ={"KEY": "v"}).spec("s", "t") is None
