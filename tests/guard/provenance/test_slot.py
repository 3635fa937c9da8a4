"""What a tool's own schema says of an argument: which values of a call carry nobody's words."""

import pytest

from guard.model.call import ArgSpec, ToolSpec
from guard.provenance.schema.slot import slot_of

SCHEMA = {
    "type": "object",
    "properties": {
        "mode": {"enum": ["fast", "slow"]},
        "armed": {"enum": [True, "auto"]},
        "level": {"enum": [1, 2]},
        "count": {"type": "integer", "default": 1},
        "loud": {"type": "boolean", "default": True},
        "either": {"default": True},
        "access": {"enum": ["read", "write"], "default": "read"},
        "to": {"type": "string"},
    },
}
SPEC = ToolSpec(
    server="farm",
    tool="set_pump",
    effect=frozenset({"write"}),
    args={"access": ArgSpec(role="permission")},
    input_schema=SCHEMA,
)


def exempts(name, raw):
    return slot_of(SPEC.held, name, raw).exempts(raw)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("mode", "slow"),
        ("armed", "auto"),
        ("armed", True),
        ("level", 2),
        ("count", 1),
        ("loud", False),
        ("either", True),
        ("to", None),
        ("access", None),
    ],
)
def test_what_the_schema_itself_names_is_nobodys(name, raw):
    assert exempts(name, raw)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("mode", "medium"),
        ("armed", 1),
        ("armed", 1.0),
        ("either", 1),
        ("count", 2),
        ("count", 1.0),
        ("to", "kim@farm.example"),
    ],
)
def test_what_only_equals_a_value_of_the_schema_is_somebodys(name, raw):
    assert not exempts(name, raw)


@pytest.mark.parametrize("raw", ["read", "write"])
def test_a_permission_of_the_schema_is_somebodys_choice(raw):
    assert not exempts("access", raw)
