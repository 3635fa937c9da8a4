"""A copy reads what it must not, and writes where it may: both of its paths are looked at."""

import pytest

from guard.model.facts import ClockFacts
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.replay.judge import Options, judge_record
from guard.replay.trace import Record
from guard.session.belongs import intent_facts
from guard.session.intent import parse_intent
from guard_adapters.cli.guess import guessed

SCHEMA = {
    "type": "object",
    "properties": {"source": {"type": "string"}, "destination": {"type": "string"}},
    "required": ["source", "destination"],
}
GUESS = guessed("copy_file", SCHEMA, {})
CATALOG = read_catalog(
    {
        "version": 1,
        "servers": {
            "files": {
                "trust": "trusted",
                "tools": {
                    "copy": {
                        "effect": ["write"], "input_schema": SCHEMA, "confirmed": True,
                        "args": {path: {"role": one.role} for path, one in GUESS.roles.items()},
                        "budget": "none", "budget_reason": "t",
                    }
                },
            }
        },
    }
)  # fmt: skip
RULES = """
@id("OK") @reason("open") permit (principal, action in Guard::Action::"any", resource) when { context.intent.args_ok };
@id("KEYS") @reason("keys") forbid (principal, action == Guard::Action::"files/copy", resource)
when { context.derived.source_path == "/srv/ana/.ssh/id_ed25519" || context.derived.path == "/srv/ana/.ssh/id_ed25519" };
"""
BUNDLE = compile_bundle({"r.cedar": RULES}, CATALOG)
KEY, OUT, NOTES = "/srv/ana/.ssh/id_ed25519", "/box/out.txt", "/box/notes.txt"


def decided(source, destination, **intent):
    step = {"server": "files", "tool": "copy"}
    record = {
        "session": "s", "principal": "ana", "agent": "bot",
        "intent": {"purpose": "tidy", "tools": ["files/copy"], **intent},
        "steps": [{**step, "args": {"source": source, "destination": destination}}],
    }  # fmt: skip
    (judged,) = judge_record(BUNDLE, Record.model_validate(record), Options())
    reasons = judged.decision.reasons
    return reasons[0].code if reasons else judged.decision.code


@pytest.mark.parametrize(
    ("source", "destination", "answer"),
    [
        (NOTES, OUT, "open"),
        (KEY, OUT, "keys"),
        (OUT, KEY, "keys"),
        ("/box/../srv/ana/./.ssh//id_ed25519", OUT, "keys"),
        ("/box/%2e%2e/srv/ana/.ssh/id_ed25519", OUT, "extractor_failed"),
        ("../../srv/ana/.ssh/id_ed25519", OUT, "extractor_failed"),
    ],
)
def test_a_rule_sees_what_is_read_as_well_as_what_is_written(source, destination, answer):
    assert decided(source, destination) == answer


def test_resources_of_a_task_bound_both_paths():
    (spec,) = CATALOG.specs()
    task = parse_intent(
        {"purpose": "p", "tools": ["files/copy"], "resources": ["/box/"]},
        declared_by="host",
        max_bytes=999,
    )
    clock = ClockFacts(at_ms=1, hour=1, weekday=1)

    def holds(source, destination):
        values = {"source": source, "destination": destination}
        return intent_facts(task, spec, values, clock).args_ok

    assert [holds(NOTES, OUT), holds(KEY, OUT), holds(NOTES, KEY)] == [True, False, False]


@pytest.mark.parametrize(("source", "destination"), [(KEY, OUT), (NOTES, "/etc/cron.d/x")])
def test_a_task_that_names_a_folder_holds_both_paths_inside_it(source, destination):
    limits = {"files/copy": {path: {"in": ["/box/"]} for path in ("source", "destination")}}
    assert decided(NOTES, OUT) == "open"
    assert decided(source, destination, args=limits) != "open"
