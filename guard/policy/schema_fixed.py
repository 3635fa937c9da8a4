"""What every tool's rules may read, whatever the catalogue says, and who stands in a rule's head.

The other half of the schema comes from the tools themselves: `guard.policy.schema`.
"""

from collections.abc import Mapping

from guard.model.origin import Levels

Type = dict[str, object]

STRING: Type = {"type": "String"}
LONG: Type = {"type": "Long"}
BOOL: Type = {"type": "Boolean"}
WORDS: Type = {"type": "Set", "element": STRING}


def record(attributes: Mapping[str, Type]) -> Type:
    """Return the type of a record that has all of these attributes."""
    return {"type": "Record", "attributes": dict(attributes)}


FIXED: Mapping[str, Type] = {
    "prov": record(
        {
            **dict.fromkeys(("user_prompt", "trusted_tool", "untrusted", "secret", "model"), WORDS),
            **dict.fromkeys(("linked", "created"), WORDS),
            "level": record(dict.fromkeys(Levels._fields, LONG)),
            **dict.fromkeys(("same_record", "ambiguous", "index_full", "not_canonical"), BOOL),
        }
    ),
    "text": record(
        dict.fromkeys(
            ("outbound", "active_unknown", "short_unknown", "only_reads", "open_unknown"), BOOL
        )
    ),
    "when": record({"known": BOOL, "ordered": BOOL}),
    "permission": record({"within": BOOL}),
    "choice": record({"known": BOOL}),
    "intent": record(
        {
            "declared": BOOL,
            "covers": BOOL,
            "args_ok": BOOL,
            "mandate": BOOL,
            "purpose": STRING,
            "egress": WORDS,
            "budget_minor": LONG,
            "planned": BOOL,
            "fits": BOOL,
            "spoken": BOOL,
            "words": BOOL,
            "asked": BOOL,
            "condition": LONG,
            "left": LONG,
            "repeat": BOOL,
        }
    ),
    "risk": record(
        {
            "session": LONG,
            "score": LONG,
            "token_reuse": BOOL,
            "device_compliant": BOOL,
            "offline": BOOL,
            "device_age_s": LONG,
        }
    ),
    "access": record({"level": LONG, "admits": BOOL, "settles": BOOL}),
    "credential": record({"binding": LONG, "kind": STRING, "ttl_floor_s": LONG, "can_cut": BOOL}),
    "clock": record(
        {"hour": LONG, "weekday": LONG, "now": {"type": "Extension", "name": "datetime"}}
    ),
    "approvals": WORDS,
    "applied": WORDS,
}
"""The groups of the context that are the same for every action."""

ENTITIES: dict[str, object] = {
    "Agent": {
        "memberOfTypes": ["AgentGroup", "Team"],
        "shape": record({"user": STRING, "workload": STRING, "attested": BOOL}),
        "tags": STRING,
    },
    "AgentGroup": {},
    "Team": {},
    "Server": {
        "memberOfTypes": ["ServerGroup"],
        "shape": record({"trusted": BOOL, "env": STRING}),
    },
    "ServerGroup": {},
    "Scope": {"memberOfTypes": ["Scope"]},
    "Session": {},
}

SCOPE_CONTEXT = record({"labels": WORDS, "risk": LONG, "device_compliant": BOOL})
