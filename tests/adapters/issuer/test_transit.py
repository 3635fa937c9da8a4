"""The key of call tokens in a real OpenBao: it signs there, rotates there, and cannot be read."""

import json
import re
from dataclasses import dataclass

import pytest

from guard.errors import Refused, Unavailable, Unusable
from guard.grant.presented import public_keys
from guard.grant.replay import MemoryReplay
from guard.grant.rotation import PUBLISH_MS, RETIRE_MS
from guard.grant.signing import jwks
from guard.grant.verify import CallRefused, verify_call
from guard.model.decision import Terms
from guard_adapters.cli import main
from guard_adapters.issuer.calltoken import CallTokenIssuer
from guard_adapters.issuer.transit import LOOK_MS, Transit, TransitKeys
from tests.adapters.issuer.leased import Later, a_lease, maker
from tests.guard.grant.tokens import ARGS, ISSUER, TOOL, bound, settings

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("postgres_tls")]


@dataclass
class Held:
    keys: TransitKeys
    clock: Later
    name: str
    bao: object
    settings: dict

    def kids(self):
        return [row["kid"] for row in jwks(self.keys.published())["keys"]]

    async def later(self, by_ms):
        self.clock.ahead_ms += by_ms
        await self.keys.look()


@pytest.fixture
async def held(openbao, request):
    name = re.sub(r"\W", "_", request.node.name)[:60]
    openbao.transit(name)
    clock = Later()
    given = openbao.settings(key=name)
    keys = TransitKeys(Transit(**given), maker(openbao.home, clock))
    yield Held(keys, clock, name, openbao, given)
    await keys.aclose()


async def minted(held):
    mint = CallTokenIssuer(held.keys, issuer=ISSUER, clock=held.clock)
    return (await mint.issue(bound(), Terms(), a_lease(mint))).secret


def taken(held, token, published):
    found = settings(
        keys=public_keys(jwks(published)),
        now_ms=held.clock.now_ms(),
        replay=MemoryReplay(start_ms=0),
    )
    return verify_call(token, TOOL, ARGS, **found)


async def test_what_the_server_signs_is_what_verifiers_take(held):
    token = await minted(held)
    assert taken(held, token, held.keys.published()).kid == held.kids()[0]
    assert repr(held.keys.current()) == f"TransitSigner(kid={held.kids()[0]!r})"


async def test_a_version_is_published_before_it_signs_and_until_its_tokens_are_over(held):
    await held.keys.look()
    first = held.kids()
    await held.keys.rotate(stolen=False)
    old = await minted(held)
    first, second = held.kids()
    with pytest.raises(Unusable) as no:
        await held.keys.rotate(stolen=False)
    assert no.value.code == "key_not_yet_usable"
    await held.later(PUBLISH_MS)
    assert held.kids() == [second, first]
    new = await minted(held)
    assert taken(held, new, held.keys.published()).kid == second
    with pytest.raises(CallRefused) as over:
        taken(held, old, held.keys.published())
    assert over.value.code == "expired"  # not unknown
    await held.later(RETIRE_MS)
    assert held.kids() == [second]


async def test_a_version_that_others_made_is_noticed(held):
    await held.keys.look()
    held.bao.ask("POST", f"transit/keys/{held.name}/rotate")
    assert len(held.kids()) == 1
    await held.later(LOOK_MS)
    assert len(held.kids()) == 2


async def test_stolen_ends_what_was_before_at_the_server_itself(held):
    await held.keys.look()
    [first] = held.kids()
    before = held.keys.current()
    await held.keys.rotate(stolen=True)
    [second] = held.kids()
    assert second != first
    assert taken(held, await minted(held), held.keys.published()).kid == second
    with pytest.raises(Unavailable) as no:
        await before.sign(b"what a thief of the guard's token would like")
    assert no.value.code == "signer_unavailable"


async def test_a_server_that_does_not_answer_signs_nothing_and_says_so(held, openbao):
    await held.keys.look()
    (openbao.home / "none.token").write_text("not-a-token")
    (openbao.home / "none.token").chmod(0o600)
    given = {**held.settings, "token_file": str(openbao.home / "none.token")}
    for wrong in (given, {**held.settings, "address": "http://127.0.0.1:9"}):
        other = TransitKeys(Transit(**wrong), maker(openbao.home))
        mint = CallTokenIssuer(other, issuer=ISSUER, clock=held.clock)
        with pytest.raises(Unavailable) as no:
            await mint.issue(bound(), Terms(), a_lease(mint))
        assert no.value.code == "signer_unavailable"
        assert "not-a-token" not in str(no.value)
        await other.aclose()


@pytest.mark.parametrize("how", [{"type": "ed25519"}, {"exportable": True}])
async def test_a_key_that_could_not_keep_the_promise_is_refused(openbao, how, request):
    name = re.sub(r"\W", "_", request.node.name)[:60]
    openbao.transit(name, **how)
    keys = TransitKeys(Transit(**openbao.settings(key=name)), maker(openbao.home))
    mint = CallTokenIssuer(keys, issuer=ISSUER, clock=Later())
    with pytest.raises(Refused) as no:
        await mint.issue(bound(), Terms(), a_lease(mint))
    assert no.value.code == "signer_unusable"
    await keys.aclose()


def test_the_command_shows_and_rotates_what_the_server_holds(openbao, tmp_path, capsys):
    openbao.transit("by_command")
    signer = json.dumps({"kind": "openbao", **openbao.settings(key="by_command")})
    (tmp_path / "guard.yaml").write_text(f"version: 1\nguard:\n  signer: {signer}\n")
    keys = tmp_path / ".guardcall" / "keys"
    keys.mkdir(parents=True)
    (keys / "audit.key").write_bytes(bytes(32))
    (keys / "audit.key").chmod(0o600)

    def said(*words):
        assert main(["keys", *words, "--json", "--config", str(tmp_path / "guard.yaml")]) == 0
        return json.loads(capsys.readouterr().out)

    first = said("show")
    assert (first["next"], len(first["jwks"]["keys"])) == (None, 1)
    turned = said("rotate")
    assert turned["kid"] == first["kid"]
    assert turned["next"]["usable_ms"] > 0
    ended = said("rotate", "--stolen")
    assert ended["kid"] not in {first["kid"], turned["next"]["kid"]}
    assert [row["kid"] for row in ended["jwks"]["keys"]] == [ended["kid"]]
    assert not (keys / "calltoken.pem").exists()


def test_the_doctor_says_what_keeps_the_server_from_signing(openbao, tmp_path, capsys):
    openbao.transit("by_doctor")
    (tmp_path / "all.cedar").write_text(
        '@id("A") @reason("a") permit (principal, action, resource);'
    )

    def said(**more):
        signer = json.dumps({"kind": "openbao", **openbao.settings(key="by_doctor"), **more})
        text = (
            f"version: 1\nguard: {{policies: [all.cedar], serve: {{port: 0}}, signer: {signer}}}\n"
        )
        (tmp_path / "guard.yaml").write_text(
            text + "servers: {s: {tools: {t: {effect: [read]}}}}\n"
        )
        main(["doctor", "--connect", "--json", "--config", str(tmp_path / "guard.yaml")])
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        codes = {one["code"] for one in lines}
        assert "unusable" not in codes
        return sorted(code for code in codes if code.startswith("signer"))

    assert said() == []
    assert said(key="none") == ["signer_unavailable"]
    assert said(mount="") == ["signer_unusable"]


@pytest.mark.parametrize(
    "wrong", [{"kind": "pkcs11"}, {"kind": "openbao"}, {"kind": "openbao", "address": "ftp://x"}]
)
def test_a_signer_that_is_none_is_named(tmp_path, capsys, wrong):
    (tmp_path / "guard.yaml").write_text(f"version: 1\nguard:\n  signer: {json.dumps(wrong)}\n")
    assert main(["keys", "show", "--config", str(tmp_path / "guard.yaml")]) == 3
    assert "signer_unusable" in capsys.readouterr().err
