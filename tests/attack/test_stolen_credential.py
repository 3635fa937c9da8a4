"""A thief has the credential of one call: what it is still good for, tried at the real targets.

The table of docs/issuers/stolen.md is what these tries gave. Written anew with GUARD_WRITE_DOCS=1.
"""

import os
from pathlib import Path

import pytest

from guard.grant.claims import Profile, TokenForm
from guard.grant.credential import Credential
from guard.model.facts import Binding
from guard_adapters.wiring.credentials.issuers import KINDS
from tests.adapters.issuer.leased import issued_between
from tests.attack.stolen.databases import of_certificates, of_openbao, of_roles, of_wrapped
from tests.attack.stolen.shells import of_ssh
from tests.attack.stolen.tokens import of_call_tokens
from tests.attack.stolen.web import of_clouds, of_exchange, of_exchange_checked, of_static
from tests.attack.stolen.words import COLUMNS, No, tried
from tests.peers.postgres import Postgres

pytestmark = pytest.mark.peer
PAGE = Path(__file__).parents[2] / "docs" / "issuers" / "stolen.md"


@pytest.fixture(scope="module")
def postgres():
    server = Postgres().set_up()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def elsewhere():
    server = Postgres().set_up()
    yield server
    server.stop()


PLAIN, BOUND = TokenForm(), TokenForm(key_bound=True)
TRANSACTION = TokenForm(profile=Profile.TXN, trust_domain="shop.example", key_bound=True)
ROWS = {
    "`static`": (0, lambda pg, other, tmp: of_static(tmp)),
    "`postgres_role`": (1, lambda pg, other, tmp: of_roles(pg, other)),
    "`postgres_cert`": (1, lambda pg, other, tmp: of_certificates(pg, other, listed=False)),
    "`postgres_cert` with `crl_file`": (
        1,
        lambda pg, other, tmp: of_certificates(other, pg, listed=True),
    ),
    "`openbao`": (1, lambda pg, other, tmp: of_openbao(pg, other)),
    "`openbao` with `wrap`": (1, lambda pg, other, tmp: of_wrapped(pg, other)),
    "`sts`": (1, lambda pg, other, tmp: of_clouds()),
    "`oauth_exchange`": (1, lambda pg, other, tmp: of_exchange("https://opaque.example/mcp")),
    "`oauth_exchange`, tokens that are JWTs": (
        1,
        lambda pg, other, tmp: of_exchange("https://jwt.example/mcp"),
    ),
    "`oauth_exchange`, between calls": (
        1,
        lambda pg, other, tmp: of_exchange("https://opaque.example/mcp", issued_between),
    ),
    "`oauth_exchange`, `delivery: dpop`, checked": (
        3,
        lambda pg, other, tmp: of_exchange_checked(),
    ),
    "`calltoken`, checked": (2, lambda pg, other, tmp: of_call_tokens(PLAIN, tmp)),
    "`calltoken`, checked, epochs followed": (
        2,
        lambda pg, other, tmp: of_call_tokens(PLAIN, tmp, follows=True),
    ),
    "`calltoken`, `delivery: dpop`": (3, lambda pg, other, tmp: of_call_tokens(BOUND, tmp)),
    "`calltoken`, `delivery: dpop`, epochs followed": (
        3,
        lambda pg, other, tmp: of_call_tokens(BOUND, tmp, follows=True),
    ),
    "`calltoken`, `delivery: txn`": (3, lambda pg, other, tmp: of_call_tokens(TRANSACTION, tmp)),
    "`ssh` as a file": (2, lambda pg, other, tmp: of_ssh()),
    "`ssh` as a file with `krl_file`": (2, lambda pg, other, tmp: of_ssh(krl_file="krl")),
    "`ssh` as agent": (3, lambda pg, other, tmp: of_ssh(agent=True)),
}


def promised(level, row):
    """What a level promises of what a thief can do; the table may be better, never worse."""
    found = dict(zip(COLUMNS, row, strict=True))
    if level >= 1:
        assert found["at another server"] == "refused"
        assert found["after the call"] != "works"
        assert found["after revoke"] != "works"
    if level >= 2:
        assert found["other arguments"] == "refused"
    if level >= 3:
        assert found["used again"] == "refused"
        assert found["with another key"] == "refused"


@pytest.mark.parametrize("kind", ROWS)
async def test_a_stolen_credential_is_good_for_what_its_level_says(
    kind, postgres, elsewhere, tmp_path
):
    level, played = ROWS[kind]
    row = await played(postgres, elsewhere, tmp_path)
    promised(level, row)
    line = f"| {kind} | {level} | " + " | ".join(row) + " |"
    print(line)
    text = PAGE.read_text()
    if os.environ.get("GUARD_WRITE_DOCS"):
        names = list(ROWS)
        head = [one for one in text.splitlines() if not one.startswith("| `")]
        kept = {one.split(" | ")[0][2:]: one for one in text.splitlines() if one.startswith("| `")}
        kept[kind] = line
        rows = [kept[one] for one in sorted(kept.keys() & set(names), key=names.index)]
        PAGE.write_text("\n".join([*head, *rows]) + "\n")
    else:
        assert line in text.splitlines()


def test_the_page_has_a_row_for_every_kind_and_none_that_is_not_played():
    shown = [
        line.split(" | ")[0][2:] for line in PAGE.read_text().splitlines() if line[:3] == "| `"
    ]
    assert shown == list(ROWS)
    played = {name.split("`")[1] for name in ROWS}
    assert played == {*KINDS, "calltoken"}


async def test_a_refusal_of_another_kind_is_no_refusal():
    async def breaks(error):
        raise error

    assert not await tried(breaks(No("401")), No, "^401$")
    for error in (No("500"), ConnectionRefusedError("nothing listens"), ValueError("401")):
        with pytest.raises(type(error)):
            await tried(breaks(error), No, "^401$")


def test_a_credential_shows_none_of_itself():
    one = Credential(
        kind="k", lease_id="l", audience="a", binding=Binding.L1, expires_at_ms=1,
        secret="SECRET-CANARY", parts={"password": "PART-CANARY"},
    )  # fmt: skip
    assert "CANARY" not in f"{one!r} {one}"
