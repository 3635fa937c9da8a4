"""`guard doctor` says which servers get no token with what is no call, and what a probe left behind."""

import json

import pytest

from guard_adapters.cli import main
from guard_adapters.cli.doctor_credentials import between
from guard_adapters.store.clock import SystemClock
from guard_adapters.wiring.load import load
from guard_adapters.wiring.proving.probed import Left, keep_left
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


def test_it_tells_of_a_token_that_a_measurement_could_not_take_back_until_that_is_over(
    tmp_path, capsys
):
    text = BETWEEN.format(issuers=json.dumps({"it": EXCHANGE}), server=AT + "delivery: none")
    (tmp_path / "guard.yaml").write_text(text)
    (tmp_path / "all.cedar").write_text(
        '@id("A") @reason("a") permit (principal, action, resource);'
    )
    now_ms = SystemClock().now_ms()
    rows = [
        Left(issuer="it", handle="g_live", until_ms=now_ms + 60_000),
        Left(issuer="it", handle="g_over", until_ms=now_ms - 1),
    ]
    keep_left(tmp_path / "state", rows, now_ms)
    assert main(["doctor", "--config", str(tmp_path / "guard.yaml")]) == 1
    said = capsys.readouterr().out
    assert "probe_left" in said
    assert "g_live" in said
    assert "g_over" not in said
