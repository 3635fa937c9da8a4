"""Extractors: one canonical value, or a refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.policy.derive import derive
from guard.policy.extract import EXTRACTORS, ExtractError, amount_minor


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("email_domain", "a@Corp.Example", "corp.example"),
        ("email_domain", "a@corp.example.", "corp.example"),
        ("email_domain", "Bob <b@x.example>", "x.example"),
        ("email_domain", "a@company.com.evil", "company.com.evil"),
        ("email_domain", "a@xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("url_host", "https://Good.example./a?b#c", "good.example"),
        ("url_host", "https://company.com.evil/", "company.com.evil"),
        ("url_host", "http://127.0.0.1:80/", "127.0.0.1"),
        ("url_host", "http://[::ffff:10.0.0.1]/", "10.0.0.1"),
        ("url_host", "www.far_hills.example", "www.far_hills.example"),
        ("host_ip", "http://[::1]/", "::1"),
        ("host_ip", "http://x.example/", None),
        ("path_norm", "/a//b/./c/../d", "/a/b/d"),
        ("path_norm", "a/b", "a/b"),
        ("id", 7, "7"),
    ],
)
def test_a_plain_value_has_one_meaning(name, value, wanted):
    assert EXTRACTORS[name](value) == wanted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email_domain", "a@corp.example\nbcc: x@evil"),
        ("email_domain", "a@corp.example\x00"),
        ("email_domain", "a@b@c"),
        ("email_domain", "a@good.example <b@evil>"),
        ("email_domain", "a@b,c@d"),
        ("email_domain", "a@[10.0.0.1]"),
        ("email_domain", "a@bücher.example"),
        ("email_domain", ["a@b"]),
        ("email_domain", ""),
        ("url_host", "https://good@evil/"),
        ("url_host", "https://good\\@evil/"),
        ("url_host", "http://2130706433/"),
        ("url_host", "http://0x7f.1/"),
        ("url_host", "http://0177.0.0.1/"),
        ("url_host", "http://[fe80::1%25eth0]/"),
        ("url_host", "http://a%2eb/"),
        ("url_host", "//evil.example"),
        ("url_host", "not a url"),
        ("url_host", "pump-01"),  # any word of a prompt would be an address
        ("url_host", "127"),
        ("url_host", "127.1"),
        ("url_host", "0x7f"),
        ("url_host", "2130706433"),
        ("url_host", "pump-01:8080"),
        ("url_host", "pump/01"),
        ("url_host", "pump-"),
        ("url_host", "pump@evil"),
        ("path_norm", "../etc/passwd"),
        ("path_norm", "a/../../b"),
        ("path_norm", "/a/%2e%2e/b"),
        ("path_norm", "/a/%252e%252e/b"),
        ("path_norm", "a\\..\\b"),
        ("path_norm", "~/x"),
        ("path_norm", "a\x00.txt"),
        ("id", True),
    ],
)
def test_what_two_programs_read_differently_is_refused(name, value):
    with pytest.raises(ExtractError):
        EXTRACTORS[name](value)


@pytest.mark.parametrize(
    ("value", "scale", "minor"), [("12.50", 2, 1250), (5, 2, 500), (900.0, 2, 90000), (7, 0, 7)]
)
def test_amounts_are_exact_minor_units(value, scale, minor):
    assert amount_minor(value, scale) == minor


@pytest.mark.parametrize("value", ["-1", "1.001", "1e400", "NaN", "Infinity", "x", True, "9" * 30])
def test_amounts_that_are_not_exact_are_refused(value):
    with pytest.raises(ExtractError):
        amount_minor(value, 2)


@given(
    value=st.none() | st.booleans() | st.integers() | st.text() | st.floats() | st.lists(st.text())
)
def test_extractors_are_total(value):
    for extract in EXTRACTORS.values():
        try:
            extract(value)
        except ExtractError:
            continue


def test_recipients_are_found_in_strings_lists_and_lists_in_strings(world):
    spec = world.catalog.spec("mail", "send_email")
    for to in (
        "a@x.example, B@y.example",
        ["a@x.example", "b@Y.example"],
        ["a@x.example;b@y.example"],
    ):
        assert derive(spec, {"to": to}).recipients == {"a@x.example", "b@y.example"}
    assert derive(spec, {"to": ["a@x.example"], "bcc": ["b@y.example"]}).dest_domains == {
        "x.example",
        "y.example",
    }


@pytest.mark.parametrize(
    ("kind", "value", "minor"),
    [("number", 5, 500), ("number", 5.5, 550), ("integer", 5, 5), ("string", "5.50", 550)],
)
def test_the_schema_says_whether_an_amount_is_in_minor_units(data, make_world, kind, value, minor):
    tool = data["servers"]["payments"]["tools"]["send_money"]
    tool["input_schema"]["properties"]["amount_minor"] = {"type": kind}
    spec = make_world({}, data).catalog.spec("payments", "send_money")
    assert derive(spec, {"amount_minor": value, "recipient": "DE89"}).amount_minor == minor
