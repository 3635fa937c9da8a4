# ruff: noqa: E501  # rules read best on one line; the double ignores its arguments
"""CPU of one decision: thread time, garbage collection off, best of five rounds.

    python bench/decision.py

Prints one JSON object: p50 and p99 in microseconds for 10 and 100 rules over 40 tools, of a plain
allow, a step-up (two judgements) and the conversion of the arguments; and the time to compile.
"""

import gc
import json
import os
import statistics
import time
from dataclasses import replace

from guard.model.call import argument_bytes
from guard.model.facts import CallFacts, ClockFacts, Facts, HistoryFacts, IntentFacts, RiskFacts
from guard.model.identity import Agent, Principal, Who
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.policy.convert import Limits, convert_args
from guard.policy.evaluate import decide

CALLS, ROUNDS, WARM_UP = 1_000, 5, 100
ARGUMENTS = {"amount_minor": 500, "recipient": "DE89370400440532013000", "memo": "invoice 42"}

SCHEMA = {
    "type": "object",
    "properties": {
        "amount_minor": {"type": "integer"},
        "recipient": {"type": "string"},
        "memo": {"type": "string"},
    },
    "required": ["amount_minor", "recipient"],
}
COMMON = """
@id("BASE-001") @reason("declared") permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server) when { context.intent.declared && context.intent.covers && resource.trusted };
@id("PAY-001") @decision("step_up") @approvers("finance") @reason("big") forbid (principal, action in Guard::Action::"egress", resource) when { context.derived has amount_minor && context.derived.amount_minor > 100000 && !context.prov.user_prompt.contains("recipient") };
@id("FLOW-001") @reason("tainted") forbid (principal, action in Guard::Action::"egress", resource) when { context.history.labels.contains("untrusted_web") };
@id("RATE-001") @reason("rate") forbid (principal, action in Guard::Action::"write", resource) when { context.history.same_tool_60s > 30 };
@id("TIME-001") @reason("hours") forbid (principal, action in Guard::Action::"write", resource) unless { context.clock.weekday < 5 && context.clock.hour >= 9 && context.clock.hour < 18 };
@id("RISK-001") @reason("risk") forbid (principal, action in Guard::Action::"any", resource) when { context.risk.session >= 2 || context.risk.token_reuse };
@id("DEV-001") @reason("device") forbid (principal, action in Guard::Action::"write", resource) unless { context.risk.device_compliant };
"""


def catalogue():
    tool = {
        "effect": ["write", "egress", "privileged"],
        "args": {
            "amount_minor": {"role": "amount", "currency": "EUR", "scale": 2},
            "recipient": {"role": "recipient", "kind": "iban"},
        },
        "budget": {"calls": 1_000_000},
        "confirmed": True,
        "input_schema": SCHEMA,
    }
    tools = {f"send_{number}": tool for number in range(40)}
    ledgers = {"same_tool_60s": {"count": "calls", "of": "write", "per": "tool", "window": "60s"}}
    servers = {"pay": {"trust": "trusted", "tools": tools}}
    return read_catalog({"version": 1, "servers": servers, "ledgers": ledgers})


def policy(rules):
    own = "".join(
        f'@id("T-{n}") @reason("t") forbid (principal, action == Guard::Action::"pay/send_{n % 40}", '
        f"resource) when {{ context.input.amount_minor > {900_000 + n} }};\n"
        for n in range(rules - 7)
    )
    return {"10.cedar": COMMON + own}


class Unchanged:
    def apply(self, facts, transforms):
        return facts, argument_bytes(ARGUMENTS)


def facts_for(catalog, amount):
    spec = catalog.spec("pay", "send_0")
    arguments = ARGUMENTS | {"amount_minor": amount}
    ledgers = {"same_tool_60s": 1, "budget:pay/send_0:calls": 1}
    return Facts(
        call=CallFacts(id="c", session="s", server="pay", tool="send_0", bytes_sha256=""),
        who=Who(principal=Principal(issuer="i", subject="alice"), agent=Agent(id="bot")),
        input=convert_args(spec, arguments, salt=b"s", limits=Limits()),
        clock=ClockFacts(at_ms=1_767_607_200_000, hour=11, weekday=0),
        intent=IntentFacts(declared=True, covers=True),
        history=HistoryFacts(ledgers=ledgers),
        risk=RiskFacts(device_compliant=True),
    )


def measure(once):
    """Return p50 and p99 of the round with the lowest median (microseconds)."""
    best = None
    for _ in range(ROUNDS):
        for _ in range(WARM_UP):
            once()
        times = []
        for _ in range(CALLS):
            start = time.thread_time_ns()
            once()
            times.append((time.thread_time_ns() - start) / 1_000)
        cuts = statistics.quantiles(times, n=100)
        here = (round(cuts[49], 1), round(cuts[98], 1))
        best = min(best or here, here)
    return {"p50_us": best[0], "p99_us": best[1]}


def main():
    gc.disable()
    printed = {"calls": CALLS, "rounds": ROUNDS, "load": round(os.getloadavg()[0], 1)}
    for rules in (10, 100):
        catalog = catalogue()
        start = time.process_time()
        bundle = compile_bundle(policy(rules), catalog)
        built_ms = (time.process_time() - start) * 1_000
        small, big = facts_for(catalog, 500), facts_for(catalog, 500_000)
        spec = catalog.spec("pay", "send_0")
        rows = {
            "allow": lambda b=bundle, f=small: decide(b, replace(f), Unchanged()),
            "step_up": lambda b=bundle, f=big: decide(b, replace(f), Unchanged()),
            "convert": lambda s=spec: convert_args(s, ARGUMENTS, salt=b"s", limits=Limits()),
        }
        found = {name: measure(once) for name, once in rows.items()}
        printed[str(rules)] = {"compile_ms": round(built_ms), **found}
    print(json.dumps(printed, indent=1))


if __name__ == "__main__":
    main()
