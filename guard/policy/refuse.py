"""What the compiler refuses or warns of beyond types: catalogue G1xx, rules G2xx and G3xx.

Each check is a small function from catalogue or rule to findings; none judges a call.
"""

from collections.abc import Sequence

from guard.policy.catalog import Catalog
from guard.policy.finding import Finding
from guard.policy.rule import Rule


def catalog_findings(catalog: Catalog, rules: Sequence[Rule]) -> list[Finding]:
    """Return what is wrong with the catalogue, given the rules."""
    return []


def rule_findings(rules: Sequence[Rule], catalog: Catalog) -> list[Finding]:
    """Return what is wrong with the rules beyond their types."""
    return []
