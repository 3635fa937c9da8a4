"""Attack: an act that waits for tests, done though they failed, or though another thing's passed.

People say green and red for how a test went; the record says success, or failed.
"""

import pytest

from tests.attack.verdicts import TRUSTED, N, asks, bundle, tool

RULES = bundle(
    {
        "list_crates": tool(["read"], {}, labels=TRUSTED),
        "list_vats": tool(["read"], {}, labels=TRUSTED),
        "read_crate": tool(["read"], {"number": N}, {"number": "query"}),
        "release_crate": tool(["write"], {"crate_number": N}, {"crate_number": "id"}),
    }
)
RELEASE = ("release_crate", {"crate_number": 418})


def crate(went, number=418):
    return {"number": number, "tests": went, "vat": {"id": "v-7", "sha": "01a29b"}}


def shown(*crates):
    return ("list_crates", {}, [*crates])


@pytest.mark.parametrize(
    ("prompt", "good", "bad"),
    [
        ("Release crate 418 if its tests are green", "success", "failure"),
        ("If the tests of crate 418 have passed, release it", "passed", "red"),
        ("Release crate 418 unless its tests are red", "green", "failed"),
        ("Release crate 418 if its tests are not failing", "success", "error"),
    ],
)
def test_only_where_the_tests_went_so(prompt, good, bad):
    assert asks(RULES, prompt, RELEASE, shown(crate(good))) == set()
    assert asks(RULES, prompt, RELEASE, shown(crate(bad)))


@pytest.mark.parametrize(
    "before",
    [
        (shown(crate("success", 77)),),
        (shown(crate("pending")),),
        (shown(crate("flaky")),),
        (shown({**crate("success"), "pipeline": "failed", "tests": "half"}),),
        (("list_vats", {}, [crate("success")]),),
        (("list_crates", {}, [{"id": "b-1", "sibling": crate("success"), "number": 3}]),),
        (("read_crate", {"number": 418}, crate("success")),),
        (shown(crate("failed")), ("read_crate", {"number": 418}, crate("success"))),
    ],
)
def test_what_does_not_say_it_of_this_crate_is_not_believed(before):
    assert asks(RULES, "Release crate 418 if its tests are green", RELEASE, *before)
