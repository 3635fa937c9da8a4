"""What is wrong with what an operator wrote: a code, a place, a rule and a sentence.

Errors stop a bundle from being built; warnings travel with it. Nothing here judges a call.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from guard.errors import Unusable

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One complaint. `where` is `file:line`, or a path into the catalogue."""

    code: str
    severity: Severity
    where: str
    rule: str
    message: str

    def __str__(self) -> str:
        """Return `where: severity code rule: message`, one line."""
        rule = f" {self.rule}" if self.rule else ""
        return f"{self.where}: {self.severity} {self.code}{rule}: {self.message}"


class PolicyUnusable(Unusable):
    """The catalogue or the rules hold errors; `findings` lists them all, warnings included."""

    code = "policy_unusable"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        errors = [finding for finding in self.findings if finding.severity == "error"]
        first = errors[0]
        more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(
            f"{first.code} {first.rule}: {first.message}{more}".replace(" :", ":"),
            where=first.where,
            next_step="Run `guard policy check` for the whole list.",
        )


def error(code: str, where: str, message: str, rule: str = "") -> Finding:
    """Return a finding that stops the bundle."""
    return Finding(code=code, severity="error", where=where, rule=rule, message=message)


def warning(code: str, where: str, message: str, rule: str = "") -> Finding:
    """Return a finding that is only reported."""
    return Finding(code=code, severity="warning", where=where, rule=rule, message=message)


def raise_errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings if all are warnings.

    Raises:
        PolicyUnusable: at least one is an error.
    """
    found = tuple(findings)
    if any(finding.severity == "error" for finding in found):
        raise PolicyUnusable(found)
    return found
