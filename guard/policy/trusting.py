"""Whether a rule holds for trusted servers only, as far as its text tells."""

from cedarpy import pst

from guard.policy.rule import Rule


def wants_trust(rule: Rule) -> bool:
    """Return whether a rule holds for trusted servers only, by what all of it is joined with."""
    return any(_joined(one.expr) for one in rule.source.clauses if isinstance(one, pst.When))


def _joined(node: object) -> bool:
    match node:
        case pst.BinaryOp(op="and"):
            return _joined(node.left) or _joined(node.right)
        case pst.GetAttr(base=pst.Var(name="resource"), attr="trusted"):
            return True
        case _:
            return False
