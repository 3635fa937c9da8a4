"""Every kind of issuer has a page whose example is a policy that loads, and a row that says what it is."""

import re
from pathlib import Path

import pytest
import yaml

from guard.model.facts import Binding
from guard_adapters.cli import main
from guard_adapters.issuer import (
    calltoken,
    oauth_exchange,
    openbao,
    postgres_cert,
    postgres_role,
    ssh,
    static,
    sts,
)
from guard_adapters.wiring.credentials.issuers import KINDS

DOCS = Path(__file__).parents[2] / "docs" / "issuers"
README = (DOCS / "README.md").read_text(encoding="utf-8")
PAGES = {
    "oauth_exchange": "oauth-exchange.md", "openbao": "openbao.md", "postgres_cert": "postgres.md",
    "postgres_role": "postgres.md", "ssh": "ssh.md", "static": "static.md", "sts": "sts.md",
}  # fmt: skip
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CLASSES = {
    "calltoken": calltoken.CallTokenIssuer, "oauth_exchange": oauth_exchange.OAuthExchangeIssuer,
    "openbao": openbao.OpenBaoIssuer, "postgres_cert": postgres_cert.PostgresCertIssuer,
    "postgres_role": postgres_role.PostgresRoleIssuer, "ssh": ssh.SshIssuer,
    "static": static.StaticIssuer, "sts": sts.StsIssuer,
}  # fmt: skip


def examples(kind):
    """Return the catalogues of a page in which this kind of issuer is listed."""
    text = (DOCS / PAGES[kind]).read_text(encoding="utf-8")
    found = [one for one in BLOCK.findall(text) if "servers:" in one]
    return [
        one
        for one in found
        if kind in {entry["kind"] for entry in yaml.safe_load(one)["guard"]["issuers"].values()}
    ]


def rows():
    """Return the table of the front page: level, least life, cuts, left there; by kind."""
    found = re.findall(r"^\| \[`(\w+)`\]\([^)]+\) \| (.*) \|$", README, re.MULTILINE)
    return {kind: [cell.strip() for cell in cells.split("|")] for kind, cells in found}


def test_every_kind_has_a_page_and_a_row():
    assert set(PAGES) == set(KINDS)
    assert set(rows()) == {*KINDS, "calltoken"}


def test_the_example_of_call_tokens_is_taken_by_policy_check(tmp_path, capsys):
    text = (DOCS.parent / "verify-a-call-token.md").read_text(encoding="utf-8")
    (first, *_) = [one for one in BLOCK.findall(text) if "confirmed: true" in one]
    assert "audience: http" in first
    (tmp_path / "guard.yaml").write_text(f"version: 1\n{first}", encoding="utf-8")
    code = main(["policy", "check", "--config", str(tmp_path / "guard.yaml")])
    assert code == 0, capsys.readouterr()


@pytest.mark.parametrize("kind", PAGES)
def test_the_example_of_its_page_is_taken_by_policy_check(kind, tmp_path, capsys):
    (first, *_) = examples(kind)
    (tmp_path / "guard.yaml").write_text(first, encoding="utf-8")
    code = main(["policy", "check", "--config", str(tmp_path / "guard.yaml")])
    assert code == 0, capsys.readouterr()
    wrong = first.replace(f"kind: {kind}", f"kind: {kind}_x").replace("effect: [", "efect: [")
    (tmp_path / "guard.yaml").write_text(wrong, encoding="utf-8")
    assert main(["policy", "check", "--config", str(tmp_path / "guard.yaml")]) != 0


@pytest.mark.parametrize("kind", CLASSES)
def test_the_row_says_the_level_the_least_life_and_what_it_cuts(kind):
    level, life, cuts, left = rows()[kind]
    issuer = CLASSES[kind]
    declared = getattr(issuer, "max_binding", Binding.L3)  # of ssh: as agent
    assert str(int(declared)) in level
    assert max(int(one) for one in re.findall(r"\b\d\b", level)) == int(declared)
    least = getattr(issuer, "min_ttl_s", None)
    if kind == "sts":  # what AWS gives at least; other servers may give less
        assert life == f"{sts.Sts.model_fields['floor_s'].default} s at AWS"
    elif kind == "oauth_exchange":  # nobody can ask for less than it gives
        assert life == "what the server gives"
    else:
        assert life == ("none" if least == 0 else f"{least} s")
    assert cuts == ("yes" if issuer.can_cut else "no")
    assert left.startswith("nothing") or issuer.leaves_object or kind == "static"
