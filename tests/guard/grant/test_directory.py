"""The reviewers file: what it says, and what it may not."""

import pytest

from guard.errors import Unusable
from guard.grant.directory import read_directory
from guard.grant.people import Account, Passkey

ANA = {"issuer": "idp", "subject": "ana", "groups": ["finance"], "admin": True, "owns": ["bot"]}


def read(**file):
    return read_directory({"version": 1, **file}, where="reviewers.yaml")


def test_people_are_found_by_name_and_vote_under_their_principal():
    found = read(reviewers={"ana": ANA, "bob": {"issuer": "idp", "subject": "bob"}})
    assert found.admins() == {"ana"}
    key = Passkey(
        credential_id="k", reviewer="ana", spki=b"", cose=b"", alg=-7, enrolled_by="idp|bob",
        usable_from_ms=9, device_bound=True,
    )  # fmt: skip
    account = Account(name="ana", user_handle=b"h", invited_by="idp|zoe")
    voter = found.voter(account, key, uv=True)
    assert (voter.principal, voter.groups, voter.owns) == ("idp|ana", {"finance"}, {"bot"})
    assert (voter.key_enrolled_by, voter.invited_by) == ("idp|bob", "idp|zoe")
    assert (voter.uv, voter.device_bound, voter.key_usable_from_ms) == (True, True, 9)
    assert not voter.disabled
    gone = found.voter(Account(name="eve", user_handle=b"h"), key, uv=True)
    assert (gone.principal, gone.disabled) == ("", True)


@pytest.mark.parametrize(
    "file",
    [
        {"reviewers": {"ana": ANA, "ana2": {"issuer": "idp", "subject": "ana"}}},
        {"reviewers": {"Ana": ANA}},
        {"reviewers": {"ana": {**ANA, "admins": True}}},
        {"reviewers": {"ana": {"issuer": "idp"}}},
        {"reviewers": {"ana": {"issuer": "", "subject": "ana"}}},
        {"people": {}},
        {"version": 2},
        {"device_bound": {"aaguids": ["anything"]}},
    ],
)
def test_what_is_misspelt_or_twice_is_refused(file):
    with pytest.raises(Unusable) as refused:
        read(**file)
    assert (refused.value.code, refused.value.where) == ("reviewers_unusable", "reviewers.yaml")
