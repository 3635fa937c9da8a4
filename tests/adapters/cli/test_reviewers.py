"""`guard reviewers` at a guard that really runs: one link, once, and a reset that takes everything."""

import json

import pytest

from guard.testing import RecordingTool
from guard_adapters.cli import main
from guard_adapters.wiring.operator.routes import reloading
from guard_adapters.wiring.review.console import told
from tests.browser.conftest import running


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guard")
    with running(folder) as found:
        assert isinstance(found.tool, RecordingTool)
        yield folder, found


def guard(folder, *words):
    return main(["reviewers", *words, "--config", str(folder / "guard.yaml")])


def test_reviewers_are_listed_with_their_keys(installed, capsys):
    folder, _ = installed
    assert guard(folder, "list") == 0
    assert capsys.readouterr().out.splitlines() == [
        "ana  0 passkeys  finance, admin", "bob  0 passkeys  finance", "zoe  0 passkeys  finance",
    ]  # fmt: skip
    assert guard(folder, "list", "--json") == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["principal"], first["keys"]) == ("idp|ana", [])


def test_an_invitation_is_a_link_whose_token_no_server_sees(installed, capsys):
    folder, found = installed
    assert guard(folder, "invite", "ana") == 0
    page, _, token = capsys.readouterr().out.strip().partition("#")
    assert page == f"{found.url}/console/enrol"
    assert len(token) == 64


def test_nobody_is_invited_who_is_not_in_the_file(installed, capsys):
    folder, _ = installed
    for action in ("invite", "reset"):
        assert guard(folder, action, "mallory") == 1
        said = capsys.readouterr().err
        assert "reviewer_unknown" in said
        assert "POST /guard/v1/policy/reload" in said


def test_a_reset_says_how_many_keys_it_took(installed, capsys):
    folder, _ = installed
    assert guard(folder, "reset", "bob") == 0
    assert capsys.readouterr().out == "bob: 0 passkeys revoked.\n"


def test_the_guard_says_where_reviewers_answer_or_why_they_cannot():
    assert told("http://127.0.0.1:8470") == "Reviewers answer at http://localhost:8470/console/."
    assert "https is needed" in told("http://guard.corp.example")


def test_a_reload_reads_the_reviewers_again(installed, capsys):
    folder, found = installed
    text = (folder / "reviewers.yaml").read_text()
    try:
        (folder / "reviewers.yaml").write_text(text.replace("  bob:", "  rob:"))
        assert guard(folder, "invite", "rob") == 1
        reloading(found.wired, folder / "guard.yaml")()
        assert guard(folder, "invite", "rob") == 0
        assert guard(folder, "invite", "bob") == 1
    finally:
        (folder / "reviewers.yaml").write_text(text)
        reloading(found.wired, folder / "guard.yaml")()
    assert "reviewer_unknown" in capsys.readouterr().err
