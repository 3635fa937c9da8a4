"""Numbers that rules do not tell apart: what each is compared with, and what stands for it.

A rule that asks whether a count exceeds 30 takes 4 for 5. Such numbers are written alike, so that
calls which no rule tells apart put one question to the engine, whose answer is remembered. A number
that takes part in anything but a comparison with a constant is written as it is.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import NamedTuple

from cedarpy import pst

from guard.model.call import Json
from guard.policy.rule import members

_COMPARES = frozenset({"eq", "not_eq", "less", "less_eq", "greater", "greater_eq"})

LEAST, MOST = -(2**63), 2**63 - 1
"""The numbers of the engine."""

Constants = tuple[int, ...]
"""What a number is compared with, in rising order."""


class Compares(NamedTuple):
    """What one rule compares with which constants, and what it reads in another place."""

    constants: frozenset[tuple[str, int]]
    otherwise: frozenset[str]


def compares(rule: pst.Template) -> Compares:
    """Return what a rule compares: its tree is walked once, however many slices it is in."""
    found: set[tuple[str, int]] = set()
    otherwise: set[str] = set()
    stack: list[object] = [rule.clauses]
    while stack:
        node = stack.pop()
        one = _comparison(node)
        if one is not None:
            found.add(one)
        elif attribute := _attribute(node):
            otherwise.add(attribute)
        else:
            stack.extend(members(node))
    return Compares(frozenset(found), frozenset(otherwise))


def compared(rules: Iterable[Compares]) -> dict[str, Constants]:
    """Return each attribute of `context` of which rules want no more than how it compares.

    What is only asked for with `has`, or not read, is not in here, nor is one that a rule reads in
    another place.
    """
    found: dict[str, set[int]] = {}
    otherwise = {""}
    for rule in rules:
        otherwise |= rule.otherwise
        for name, constant in rule.constants:
            found.setdefault(name, set()).add(constant)
    return {name: tuple(sorted(those)) for name, those in found.items() if name not in otherwise}


def alike(constants: Constants) -> Callable[[Json], str]:
    """Return what writes the number that stands for all that compare with every constant alike.

    It writes nothing for what is no number of the engine's.
    """
    # In turn what stands for all below a constant, and the constant itself.
    below = [constants[0] - 1, *(one + 1 for one in constants)]
    texts = [f"{one}" for pair in zip(below, (*constants, 0), strict=True) for one in pair]
    many = len(constants)

    def stands(value: Json) -> str:
        if type(value) is int and LEAST <= value <= MOST:
            at = bisect_left(constants, value)
            return texts[2 * at + (at < many and constants[at] == value)]
        return ""

    return stands


def _comparison(node: object) -> tuple[str, int] | None:
    if not isinstance(node, pst.BinaryOp) or node.op not in _COMPARES:
        return None
    for one, other in ((node.left, node.right), (node.right, node.left)):
        name = _attribute(one)
        if name and isinstance(other, pst.LongLit):
            return name, other.value
    return None


def _attribute(node: object) -> str:
    if not (isinstance(node, pst.GetAttr) and isinstance(node.base, pst.Var)):
        return ""
    return node.attr if node.base.name == "context" else ""
