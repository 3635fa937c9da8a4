"""What comes beside the access token: workload, device, certificate; and programs without a person."""

import base64
import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry
from spiffe._proto import workload_pb2, workload_pb2_grpc

from guard.grant.replay import MemoryReplay
from guard_adapters.front.mcp.auth.access_token import Caller, Misused, StaticKeys
from guard_adapters.front.mcp.auth.assertions import Assertions, Client
from guard_adapters.front.mcp.auth.beside import Beside, Postures
from guard_adapters.front.mcp.auth.certificate import certificate_of
from guard_adapters.front.mcp.auth.jwt import JwtCheck, JwtRules
from guard_adapters.front.mcp.auth.proofs import Proofs
from guard_adapters.front.mcp.auth.svid import Svids, domain_of, workload_api
from guard_adapters.front.mcp.protocol.wire import WireRefused
from tests.adapters.front.fixed_keys import FixedKeys

NOW = 1_800_000_000_000
S = NOW // 1000
GUARD = "https://guard.example"
NAMES = frozenset({GUARD, f"{GUARD}/mcp/files"})
ANA = Caller("https://login.example", "ana", "clerk")
EC, RSA = ECKey.generate_key("P-256", {"kid": "e"}), RSAKey.generate_key(2048, {"kid": "r"})
STRANGER = ECKey.generate_key("P-256", {"kid": "e"})
POD = "spiffe://corp.example/ns/prod/clerk"


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(claims, key=EC, *, alg="ES256", **header):
    head = {"alg": alg, "kid": key.kid} | header
    signed = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{signed}.{b64(JWSRegistry.algorithms[alg].sign(signed.encode(), key))}"


async def code_of(work):
    with pytest.raises(WireRefused) as no:
        await work
    return no.value.reason


# ---- workload identities, from a Workload API as SPIRE's agent serves it ----


class WorkloadApi(workload_pb2_grpc.SpiffeWorkloadAPIServicer):
    def __init__(self):
        self.keys = [EC, RSA]
        self.asked = 0

    def FetchJWTBundles(self, request, context):
        assert dict(context.invocation_metadata())["workload.spiffe.io"] == "true"
        self.asked += 1
        rows = [{**key.as_dict(private=False), "use": "jwt-svid"} for key in self.keys]
        document = json.dumps({"keys": rows}).encode()
        yield workload_pb2.JWTBundlesResponse(bundles={"corp.example": document})


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    place, made = tmp_path_factory.mktemp("spire") / "agent.sock", WorkloadApi()
    server = grpc.server(ThreadPoolExecutor(2))
    workload_pb2_grpc.add_SpiffeWorkloadAPIServicer_to_server(made, server)
    server.add_insecure_port(f"unix://{place}")
    server.start()
    made.socket = f"unix://{place}"
    yield made
    server.stop(None).wait(5)


@pytest.fixture
def svids(api):
    return Svids(frozenset({"corp.example"}), workload_api(api.socket))


SVID = {"sub": POD, "aud": [GUARD], "exp": S + 300, "iat": S}


@pytest.mark.parametrize(("key", "alg"), [(EC, "ES256"), (RSA, "RS256")])
async def test_an_svid_of_a_listed_trust_domain_is_an_attested_workload(svids, key, alg):
    found = await svids.workload(token(SVID, key, alg=alg), NAMES, now_ms=NOW)
    assert (found.id, found.attested) == (POD, True)


@pytest.mark.parametrize(
    ("claims", "key", "header", "code"),
    [
        ({"sub": "spiffe://evil.example/clerk"}, EC, {}, "workload_foreign"),
        ({"sub": "https://corp.example/clerk"}, EC, {}, "workload_foreign"),
        ({"sub": "spiffe://corp.example/../clerk"}, EC, {}, "workload_foreign"),
        ({"sub": "spiffe://CORP.example/clerk"}, EC, {}, "workload_foreign"),
        ({}, STRANGER, {}, "token_signature_bad"),
        ({"aud": ["https://other.example"]}, EC, {}, "token_audience_wrong"),
        ({"aud": []}, EC, {}, "token_audience_wrong"),
        ({"exp": S - 6}, EC, {}, "token_expired"),
        ({"exp": S + 90_000}, EC, {}, "token_ttl_too_long"),
        ({}, EC, {"typ": "at+jwt"}, "token_type_refused"),
        ({}, EC, {"crit": ["x"]}, "token_crit_refused"),
    ],
)
async def test_any_other_svid_is_refused(svids, claims, key, header, code):
    said = token(SVID | claims, key, **header)
    assert await code_of(svids.workload(said, NAMES, now_ms=NOW)) == code


async def test_a_new_key_of_the_trust_domain_is_fetched_when_it_is_first_named(svids, api):
    await svids.workload(token(SVID), NAMES, now_ms=NOW)
    before = api.asked
    fresh = ECKey.generate_key("P-256", {"kid": "new"})
    api.keys.append(fresh)
    await svids.workload(token(SVID, fresh), NAMES, now_ms=NOW + 10_000)
    assert api.asked == before + 1
    for _ in range(5):  # ids that strangers make up cannot make us ask again and again
        unknown = token(SVID, STRANGER, kid="nobody's")
        assert (
            await code_of(svids.workload(unknown, NAMES, now_ms=NOW + 11_000))
            == "token_key_unknown"
        )
    assert api.asked == before + 1


async def test_without_a_workload_api_nobody_is_attested(tmp_path):
    gone = Svids(frozenset({"corp.example"}), workload_api(f"unix://{tmp_path}/none.sock"))
    assert await code_of(gone.workload(token(SVID), NAMES, now_ms=NOW)) == "keys_unavailable"


def test_only_a_spiffe_id_has_a_trust_domain():
    assert domain_of(POD) == "corp.example"
    assert [
        domain_of(one) for one in ("", "spiffe://", "http://corp.example/x", "spiffe://a b/c")
    ] == [""] * 4


# ---- an agent that may only run as one workload ----


async def added(beside, *headers, caller=ANA):
    rows = [(name.encode(), value.encode()) for name, value in headers]
    shown = beside.certificate(rows)
    return await beside.added(caller, rows, shown, NAMES, NOW)


async def test_an_agent_with_a_listed_workload_is_refused_from_any_other(svids):
    beside = Beside(svids=svids, workloads={"clerk": frozenset({POD})})
    assert (await added(beside, ("guard-workload", token(SVID)))).workload.attested
    other = token(SVID | {"sub": "spiffe://corp.example/other"})
    assert await code_of(added(beside, ("guard-workload", other))) == "workload_wrong"
    assert await code_of(added(beside)) == "workload_wrong"
    await added(beside, caller=Caller("i", "s", "another agent"))


async def test_what_nobody_configured_is_not_read(svids):
    found = await added(
        Beside(), ("guard-workload", "garbage"), ("guard-device", "garbage"), ("client-cert", "x")
    )
    assert found == ANA


# ---- client certificates, as a proxy hands them over ----


def certificate(*uris):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "clerk")])
    key, at = ec.generate_private_key(ec.SECP256R1()), dt.datetime(2027, 1, 1)
    built = x509.CertificateBuilder(name, name, key.public_key(), 7, at, at.replace(year=2028))
    if uris:
        names = [x509.UniformResourceIdentifier(one) for one in uris]
        built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def cert_header(der):
    return ("client-cert", f":{base64.b64encode(der).decode()}:")


async def test_the_certificate_of_a_workload_names_it():
    beside = Beside(certificate_header="Client-Cert")
    assert (await added(beside, cert_header(certificate(POD)))).workload.id == POD
    assert not (await added(beside, cert_header(certificate()))).workload.attested
    two = certificate(POD, "spiffe://corp.example/other")
    assert not (await added(beside, cert_header(two))).workload.attested


@pytest.mark.parametrize(
    "value", ["", ":", "::", "QUJD", ":QUJD:", ":!!!:", ":" + "A" * 20_000 + ":"]
)
def test_what_is_no_certificate_is_refused(value):
    with pytest.raises(WireRefused, match="bad_certificate"):
        certificate_of([(b"client-cert", value.encode())], "Client-Cert")


async def test_a_token_bound_to_a_certificate_is_taken_with_that_one_only():
    der = certificate()
    bound = b64(sha256(der).digest())
    claims = {
        "iss": ANA.issuer, "sub": "ana", "aud": GUARD, "client_id": "clerk", "exp": S + 60,
        "cnf": {"x5t#S256": bound},
    }  # fmt: skip
    keys = FixedKeys({"keys": [EC.as_dict(private=False)]})
    check = JwtCheck(JwtRules(issuer=ANA.issuer, resource=GUARD), keys, Proofs())
    assert (await check.check(token(claims), now_ms=NOW, certificate=bound)).subject == "ana"
    for other in ("", b64(sha256(b"other").digest()), bound[:-1]):
        with pytest.raises(Misused) as no:
            await check.check(token(claims), now_ms=NOW, certificate=other)
        assert (no.value.reason, no.value.caller.subject) == ("certificate_mismatch", "ana")
    both = claims | {"cnf": {"x5t#S256": bound, "jkt": "x"}}
    assert (
        await code_of(check.check(token(both), now_ms=NOW, certificate=bound))
        == "token_binding_unknown"
    )


# ---- statements about devices ----

POSTURE = {
    "iss": "https://mdm.example", "aud": GUARD, "sub": "laptop-7", "user": "ana",
    "compliant": True, "iat": S - 60, "exp": S + 3600,
}  # fmt: skip
MANAGED = Beside(
    postures=Postures(
        issuer="https://mdm.example", keys=FixedKeys({"keys": [EC.as_dict(private=False)]})
    )
)


def posture(key=EC, **claims):
    said = {name: value for name, value in (POSTURE | claims).items() if value is not ...}
    return ("guard-device", token(said, key, typ="device-posture+jwt"))


async def test_a_signed_statement_is_what_is_known_of_the_device():
    device = (await added(MANAGED, posture())).device
    assert (device.id, device.compliant, device.seen_at_ms) == ("laptop-7", True, NOW - 60_000)
    assert not (await added(MANAGED, posture(compliant=False))).device.compliant
    assert (await added(MANAGED)).device.id == ""


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"user": "eve"}, "posture_foreign"),
        ({"iss": "https://other.example"}, "token_issuer_wrong"),
        ({"aud": "https://other.example"}, "token_audience_wrong"),
        ({"compliant": "true"}, "token_claims_bad"),
        ({"compliant": ...}, "token_claims_bad"),
        ({"iat": ...}, "token_claims_bad"),
        ({"exp": S - 10}, "token_expired"),
        ({"exp": S + 100_000}, "token_ttl_too_long"),
        ({"iat": S + 60}, "token_not_yet_valid"),
    ],
)
async def test_a_statement_of_anybody_else_or_about_anybody_else_is_refused(claims, code):
    assert await code_of(added(MANAGED, posture(**claims))) == code


async def test_an_access_token_is_no_statement_and_a_forged_one_is_none():
    assert await code_of(added(MANAGED, ("guard-device", token(POSTURE)))) == "token_type_refused"
    assert await code_of(added(MANAGED, posture(STRANGER))) == "token_signature_bad"


# ---- programs that act for nobody ----

ASSERTION = {"iss": "nightly", "sub": "nightly", "aud": GUARD, "exp": S + 60, "iat": S, "jti": "1"}


def assertions(others=None):
    keys = FixedKeys({"keys": [EC.as_dict(private=False)]})
    listed = {"nightly": Client(keys=keys, scopes=frozenset({"mcp:files"}))}
    return Assertions(listed, NAMES, shown=MemoryReplay(start_ms=NOW - 1000), others=others)


async def test_a_listed_client_is_taken_once_for_each_assertion():
    check = assertions()
    caller = await check.check(token(ASSERTION), now_ms=NOW)
    assert (caller.issuer, caller.subject, caller.agent) == ("client", "nightly", "nightly")
    assert caller.scopes == {"mcp:files"}
    await check.check(token(ASSERTION | {"jti": "2"}), now_ms=NOW)
    with pytest.raises(Misused) as no:
        await check.check(token(ASSERTION), now_ms=NOW + 1)
    assert (no.value.reason, no.value.caller.agent) == ("assertion_replayed", "nightly")


@pytest.mark.parametrize(
    ("claims", "key", "code"),
    [
        ({"iss": "other", "sub": "other"}, EC, "token_issuer_wrong"),
        ({"sub": "ana"}, EC, "token_issuer_wrong"),
        ({}, STRANGER, "token_signature_bad"),
        ({"aud": "https://other.example"}, EC, "token_audience_wrong"),
        ({"exp": S + 400}, EC, "token_ttl_too_long"),
        ({"exp": S - 10}, EC, "token_expired"),
        ({"iat": S - 5}, EC, "token_claims_bad"),  # before this guard began to remember
        ({"jti": ""}, EC, "token_claims_bad"),
        ({"iss": ["nightly"]}, EC, "token_issuer_wrong"),
    ],
)
async def test_any_other_assertion_is_refused(claims, key, code):
    assert await code_of(assertions().check(token(ASSERTION | claims, key), now_ms=NOW)) == code


async def test_other_tokens_go_to_the_check_of_the_issuer():
    keys = FixedKeys({"keys": [EC.as_dict(private=False)]})
    issued = JwtCheck(JwtRules(issuer="https://login.example", resource=GUARD), keys, Proofs())
    check = assertions(issued)
    person = {
        "iss": "https://login.example",
        "sub": "ana",
        "aud": GUARD,
        "client_id": "c",
        "exp": S + 9,
    }
    assert (await check.check(token(person), now_ms=NOW)).subject == "ana"
    keyed = assertions(StaticKeys({sha256(b"k" * 32).hexdigest(): ANA}))
    assert await keyed.check("k" * 32, now_ms=NOW) == ANA
    # A client that is listed cannot pass for a person of the issuer, nor the other way round.
    assert (
        await code_of(check.check(token(person | {"iss": "nightly"}), now_ms=NOW))
        == "token_issuer_wrong"
    )
