"""`guard doctor` says which servers get no token with what is no call: some let nothing in without."""

import json

import pytest

from guard_adapters.cli.doctor_credentials import between
from guard_adapters.wiring.load import load
from tests.adapters.wiring.test_issuers import AT, BETWEEN, EXCHANGE, ROLE


@pytest.mark.parametrize(
    ("issuer", "server", "said"),
    [
        (EXCHANGE, AT + "delivery: dpop, credential: {issuer: it}", 1),
        (EXCHANGE, AT + "delivery: dpop, credential: {issuer: it, between: a}", 0),
        (EXCHANGE, "audience: https://crm.example, credential: {issuer: it}", 0),
        (ROLE, AT + "credential: {issuer: it}", 0),
    ],
)
def test_it_notes_a_server_at_a_url_whose_tokens_go_with_calls_alone(
    tmp_path, issuer, server, said
):
    text = BETWEEN.format(issuers=json.dumps({"it": issuer}), server=server)
    (tmp_path / "guard.yaml").write_text(text)
    (tmp_path / "all.cedar").write_text(
        '@id("A") @reason("a") permit (principal, action, resource);'
    )
    found = list(between(load(tmp_path / "guard.yaml")))
    assert [code for code, _ in found] == ["note"] * said
    assert all("'crm'" in text and "between:" in text for _, text in found)
