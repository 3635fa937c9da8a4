"""One small world for the policy tests: four servers, eleven rules, and facts that are easy to vary."""

import json
from dataclasses import replace

import pytest

from guard.model.call import argument_bytes
from guard.model.facts import CallFacts, ClockFacts, Facts, HistoryFacts, IntentFacts, RiskFacts
from guard.model.identity import Agent, Principal, Who
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.policy.convert import ArgError, Limits, convert_args, empty_input
from guard.policy.evaluate import NarrowUnavailable, decide
from guard.policy.transform import apply_transforms


def obj(required, **properties):
    return {"type": "object", "properties": properties, "required": required}


S, N, L = {"type": "string"}, {"type": "integer"}, {"type": "array", "items": {"type": "string"}}


def catalog_data():
    return {
        "version": 1,
        "zone": "Europe/Berlin",
        "servers": {
            "payments": {
                "trust": "trusted",
                "groups": ["finance"],
                "tools": {
                    "send_money": {
                        "effect": ["write", "egress", "privileged", "irreversible"],
                        "args": {
                            "amount_minor": {"role": "amount", "currency": "EUR", "scale": 2},
                            "recipient": {"role": "recipient", "kind": "iban"},
                            "memo": {"role": "body"},
                        },
                        "says": "Pay {amount_minor} to {recipient}, memo {memo}",
                        "budget": {"calls": 5, "per": "task"},
                        "confirmed": True,
                        "narrow": {"cap": {"cap_arg": {"path": "amount_minor", "max": 100000}}},
                        "input_schema": obj(
                            ["amount_minor", "recipient"], amount_minor=N, recipient=S, memo=S
                        ),
                    }
                },
            },
            "mail": {
                "trust": "trusted",
                "tools": {
                    "send_email": {
                        "effect": ["write", "egress"],
                        "budget": "none",
                        "budget_reason": "rate limited by rule",
                        "args": {
                            "to": {"role": "recipient", "kind": "email"},
                            "bcc": {"role": "recipient", "kind": "email"},
                        },
                        "narrow": {
                            "drop_bcc": {"drop_arg": "bcc"},
                            "inside": {"intersect": {"path": "to", "with": "intent.egress"}},
                            "read_only": {"scope": "mail.read"},
                        },
                        "scopes": ["mail.read", "mail.send"],
                        "confirmed": True,
                        "input_schema": obj(
                            ["to", "subject"], to=L, bcc=L, subject=S, **{"x-note": S}
                        ),
                    }
                },
            },
            "docs": {
                "trust": "trusted",
                "tools": {
                    "read": {
                        "effect": ["read"],
                        "confirmed": True,
                        "input_schema": obj(["id"], id=S, page=N),
                    },
                    "list-files.v2": {
                        "effect": ["read"],
                        "confirmed": True,
                        "input_schema": obj([], filter={"anyOf": [S, N]}),
                    },
                    "any": {"effect": ["read"], "confirmed": False, "input_schema": obj([])},
                },
            },
            "web": {
                "tools": {
                    "read_page": {
                        "effect": ["read"],
                        "confirmed": True,
                        "args": {"url": {"role": "url"}},
                        "input_schema": obj(["url"], url=S),
                    }
                }
            },
        },
        "ledgers": {
            "same_tool_60s": {"count": "calls", "of": "write", "per": "tool", "window": "60s"}
        },
    }


POLICY = """
@id("BASE-001") @reason("declared_intent") permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server) when { context.intent.declared && context.intent.covers && resource.trusted };
@id("BASE-002") @reason("read_only") permit (principal is Guard::Agent, action in Guard::Action::"read", resource is Guard::Server) when { resource.trusted };
@id("PAY-001") @decision("step_up") @approvers("finance-approver") @ttl("300s") @reason("amount_over_limit_and_recipient_not_from_user")
forbid (principal, action == Guard::Action::"payments/send_money", resource) when { context.input.amount_minor > 100000 && !context.prov.user_prompt.contains("recipient") };
@id("MAIL-001") @decision("narrow") @narrow("drop_bcc") @reason("bcc_removed") forbid (principal, action == Guard::Action::"mail/send_email", resource) when { context.input has bcc };
@id("MAIL-002") @decision("step_up") @approvers("session-owner") @reason("foreign_recipient") forbid (principal, action == Guard::Action::"mail/send_email", resource)
unless { !context.derived.dest_domains.isEmpty() && context.intent.egress.containsAll(context.derived.dest_domains) };
@id("FLOW-001") @reason("tainted_egress") forbid (principal, action in Guard::Action::"egress", resource) when { context.history.labels.contains("untrusted_web") }
unless { context.derived has dest_domains && !context.derived.dest_domains.isEmpty() && context.intent.egress.containsAll(context.derived.dest_domains) };
@id("FLOW-002") @decision("step_up") @approvers("security-oncall") @reason("secret_then_privileged") forbid (principal, action in Guard::Action::"privileged", resource) when { context.history.labels.contains("secret") };
@id("RATE-001") @reason("rate_limit") @retry_after("60s") forbid (principal, action in Guard::Action::"write", resource) when { context.history.same_tool_60s > 3 };
@id("TIME-001") @reason("outside_business_hours") forbid (principal, action in Guard::Action::"write", resource) unless { context.clock.weekday < 5 && context.clock.hour >= 9 && context.clock.hour < 18 };
@id("RISK-001") @reason("session_risk_high") forbid (principal, action in Guard::Action::"any", resource) when { context.risk.session >= 2 || context.risk.token_reuse };
@id("DEV-001") @decision("narrow") @narrow("read_only") @reason("device_not_compliant") forbid (principal, action in Guard::Action::"write", resource) unless { context.risk.device_compliant };
"""

WHO = Who(principal=Principal(issuer="idp", subject="alice"), agent=Agent(id="billing-bot"))
LEDGERS = {"same_tool_60s": 1, "budget:payments/send_money:calls": 1}
BASE = Facts(
    call=CallFacts(id="c-1", session="s-1", server="docs", tool="read", bytes_sha256=""),
    who=WHO,
    input=empty_input(),
    clock=ClockFacts(at_ms=1_767_607_200_000, hour=11, weekday=0),
    intent=IntentFacts(declared=True, covers=True, egress=frozenset({"corp.example"})),
    history=HistoryFacts(ledgers=LEDGERS),
    risk=RiskFacts(device_compliant=True),
)


class Rebuilding:
    """Narrowings as the pipeline makes them: transform, convert, new facts."""

    def __init__(self, bundle, arguments):
        self.bundle, self.arguments = bundle, arguments

    def apply(self, facts, transforms):
        arguments = apply_transforms(self.arguments, transforms, facts)
        spec = self.bundle.catalog.spec(facts.call.server, facts.call.tool)
        found = convert_args(spec, arguments, salt=b"salt", limits=Limits())
        if isinstance(found, ArgError):
            raise NarrowUnavailable(found.code)
        return facts._replace(input=found), argument_bytes(arguments)


def altered(group, **changes):
    """Return one group of facts with some of them changed."""
    return group._replace(**changes) if isinstance(group, tuple) else replace(group, **changes)


class World:
    def __init__(self, policy=POLICY, data=None, **options):
        files = policy if isinstance(policy, dict) else {"10-test.cedar": policy}
        self.catalog = read_catalog(data or catalog_data())
        self.bundle = compile_bundle(files, self.catalog, **options)

    def convert(self, action, arguments):
        server, _, tool = action.partition("/")
        return convert_args(
            self.catalog.spec(server, tool), arguments, salt=b"salt", limits=Limits()
        )

    def facts(self, action, arguments, **groups):
        server, _, tool = action.partition("/")
        found = self.convert(action, arguments)
        assert not isinstance(found, ArgError), found
        facts = BASE._replace(call=BASE.call._replace(server=server, tool=tool), input=found)
        for name, changes in groups.items():
            facts = facts._replace(**{name: altered(getattr(facts, name), **changes)})
        return facts

    def decide(self, action, arguments, **groups):
        facts = self.facts(action, arguments, **groups)
        return decide(self.bundle, facts, Rebuilding(self.bundle, arguments))


@pytest.fixture(scope="session")
def world():
    return World()


def parsed(decision):
    return json.loads(decision.arguments)


@pytest.fixture(scope="session")
def make_world():
    return World


@pytest.fixture(scope="session")
def policy_text():
    return POLICY


@pytest.fixture
def data():
    return catalog_data()


@pytest.fixture(scope="session")
def rebuilding():
    return Rebuilding
