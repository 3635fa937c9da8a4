"""What the document allows and what it does not, sent to a running guard by Schemathesis."""

import json
from http.cookiejar import DefaultCookiePolicy

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import Failure, FailureGroup

NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)


@schemathesis.serializer("application/secevent+jwt")
def as_text(_context, value):
    return str(value).encode("utf-8", "surrogatepass")


def checks():
    load_all_checks()
    return [schemathesis.checks.CHECKS.get_one(name) for name in NAMES]


ENDLESS = {"GET /console/live/queue", "GET /mcp/{server}"}
"""Streams: they end when the one who listens leaves. Their own tests listen to them."""


SESSION = requests.Session()
"""Keeps its connections, and looks for no proxy: a new one for each request would take as long again."""
SESSION.trust_env = False
SESSION.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # each case brings its own


def operations(document):
    schema = schemathesis.openapi.from_dict(document)
    found = [one.ok() for one in schema.get_all_operations()]
    return [one for one in found if one.label not in ENDLESS]


def fuzz(operation, whole, *, examples, random):
    """Send one operation so often each way; return what was wrong, as texts."""
    raw = operation.definition.raw
    base, headers, wrong = whole.base(raw), whole.headers(raw), []

    def once(case, real):
        if real:
            _named(case, operation, whole)
        whole.asked[operation.label] += 1
        answer = case.call(base_url=base, headers=headers, session=SESSION, timeout=20, allow_redirects=False)  # fmt: skip
        whole.got[f"{raw['tags'][0]} {answer.status_code}"] += 1
        try:
            case.validate_response(answer, checks=checks(), headers=headers, transport_kwargs={"allow_redirects": False})  # fmt: skip
        except (Failure, FailureGroup) as found:
            each = getattr(found, "exceptions", None) or [found]
            wrong.extend(f"{operation.label}: {one.title} {one.message} | {case.as_curl_command()[:600]} | {answer.text[:300]}" for one in each)  # fmt: skip

    modes = [GenerationMode.POSITIVE]
    if "requestBody" in raw or any(one["in"] == "query" for one in raw["parameters"]):
        modes.append(GenerationMode.NEGATIVE)  # every other path is somebody else's
    for mode in modes:
        cases = operation.as_strategy(generation_mode=mode)
        run = settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=not random,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(given(cases, st.booleans())(once))
        run()
    return wrong


def _named(case, operation, whole):
    """Put in names that are somebody's: by chance they are nobody's."""
    path, named = operation.path, case.path_parameters or {}
    folder = next((one for one in KNOWN if one in path), "")
    for name in named:
        found = {"server": "shop", "api": "plain", "path": "ping", "number": "0", "seq": "0"}.get(
            name
        ) or KNOWN.get(folder)
        named[name] = getattr(whole, found, found) if found else named[name]
    if isinstance(case.body, dict) and "stream_id" in case.body:
        case.body["stream_id"] = whole.stream
    if "stream_id" in (case.query or {}):
        case.query["stream_id"] = whole.stream


KNOWN = {
    "/sessions/": "handle",
    "/approvals/": "approval",
    "/batch/": "approval",
    "/a/": "approval",
    "/poll/": "stream",
    "/push/": "idp",
    "/reviewers/": "ana",
    "/static/": "console.css",
}


def told(failures):
    """Return a short list: each kind of failure of each operation once."""
    seen, short = set(), []
    for one in failures:
        kind = one.partition("|")[0]
        if kind not in seen:
            seen.add(kind)
            short.append(one)
    return json.dumps(short, indent=1)
