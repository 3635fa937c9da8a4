"""Where the console is reached: what no browser makes a passkey for is refused by name."""

import pytest

from guard.errors import Unusable
from guard_adapters.console.origin import origin_of


@pytest.mark.parametrize(
    ("url", "expected", "rp_id"),
    [
        ("http://127.0.0.1:8470", "http://localhost:8470", "localhost"),
        ("http://[::1]:8470/", "http://localhost:8470", "localhost"),
        ("http://localhost:1", "http://localhost:1", "localhost"),
        ("https://Guard.Corp.Example/", "https://guard.corp.example", "guard.corp.example"),
        ("https://guard.corp.example:443", "https://guard.corp.example", "guard.corp.example"),
        (
            "https://guard.corp.example:8443/x",
            "https://guard.corp.example:8443",
            "guard.corp.example",
        ),
    ],
)
def test_the_origin_is_what_browsers_call_it(url, expected, rp_id):
    found = origin_of(url)
    assert (found.url, found.rp_id) == (expected, rp_id)


@pytest.mark.parametrize(
    "url",
    [
        "http://guard.corp.example", "https://10.0.0.1", "https://[2001:db8::1]:8470", "https://guard",
        "https://guard.local", "ftp://localhost", "", "http://0.0.0.0:8470", "https://.",
    ],
)  # fmt: skip
def test_what_no_browser_makes_a_passkey_for_is_refused(url):
    with pytest.raises(Unusable) as refused:
        origin_of(url)
    assert refused.value.code == "console_origin"


def test_only_localhost_has_other_names():
    assert origin_of("http://localhost:1").aliases == {"127.0.0.1:1", "[::1]:1"}
    assert origin_of("https://guard.corp.example").aliases == frozenset()
