"""Where one argument value came from, and what that is worth: the words of provenance.

Levels are ordered, and policy compares them. This file looks nothing up and decides nothing.
"""

from enum import IntEnum
from typing import Literal, NamedTuple

Why = Literal[
    "in_prompt",
    "endorsed",
    "linked_record",
    "selected",
    "derived",
    "created",
    "trusted_field",
    "other_role",
    "other_payee",
    "other_request",
    "other_unit",
    "other_thing",
    "other_kind",
    "untrusted_only",
    "composed",
    "ambiguous",
    "index_full",
    "exempt",
]

MEANT: frozenset[str] = frozenset({"in_prompt", "linked_record"})
"""Why a value is what the person named: by itself, or through the record that holds it."""
NO_ARGUMENT = 9
"""The level of a role that no argument of the call has."""


class Source(IntEnum):
    """What stands behind a value, weakest first."""

    COMPOSED = 0  # seen nowhere: the agent made it up
    UNTRUSTED = 1  # seen only where strangers can write
    TRUSTED = 2  # a trusted field of a record that the task does not name
    CREATED = 3  # the id of an object that an allowed call of this session created
    LINKED = 4  # a trusted field of a record that the task names
    PROMPT = 5  # the person's own words, or endorsed by a person


# Under names of their own: Python 3.11 asks the class of an enumeration for a member in ten times
# the time of a plain name, and every value of a call is compared with several.
UNTRUSTED, TRUSTED, CREATED = Source.UNTRUSTED, Source.TRUSTED, Source.CREATED
LINKED, PROMPT = Source.LINKED, Source.PROMPT


class Origin(NamedTuple):
    """One argument value and its best source. `step` 0 = no result; `excerpt` is untrusted text."""

    path: str
    role: str
    kind: str
    source: Source
    why: Why
    step: int = 0
    action: str = ""  # the tool whose result showed it
    field: str = ""  # where in that result
    excerpt: str = ""
    place: int = 0  # which value of its path it is, counted from 1; 0 = not known


class Levels(NamedTuple):
    """The weakest source of each role of one call; `NO_ARGUMENT` where it has no such argument."""

    dest: int = NO_ARGUMENT
    target: int = NO_ARGUMENT
    amount: int = NO_ARGUMENT
    secret: int = NO_ARGUMENT
    profile: int = NO_ARGUMENT
    url: int = NO_ARGUMENT
    attach: int = NO_ARGUMENT
