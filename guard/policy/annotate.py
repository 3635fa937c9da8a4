"""Annotations of a rule -> what it asks: a closed vocabulary, read once, at load.

The engine accepts any `@word`; here a misspelt one is an error, for `@aprovers` would leave a
question that nobody is asked.
"""

import re
from collections.abc import Mapping
from typing import get_args

from guard.model.access import By, Restore
from guard.model.decision import Requirement, Terms
from guard.model.facts import Binding
from guard.policy.catalog_tool_file import Role
from guard.policy.duration import duration_ms
from guard.policy.finding import Finding, error
from guard.policy.generate import OPAQUE_RULE
from guard.policy.rule import RuleKind

SELF = "session-owner"
RESERVED = "guard:"

_ID = re.compile(r"[A-Z0-9-]+")
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_DAY_S = 86_400
_MAX_TTL_S = 7 * _DAY_S
_MAX_GRANT_S = 3_600
_MAX_QUORUM = 9

_GIVE_BACK: Mapping[str, By] = {"operator": "operator", "reauth": "reauth"}
_ALWAYS = frozenset({"id", "reason", "owner", "severity"})
VOCABULARY: Mapping[RuleKind, frozenset[str]] = {
    "permit": _ALWAYS | {"scopes", "max_ttl", "binding_min"},
    "deny": _ALWAYS | {"retry_after"},
    "step_up": _ALWAYS
    | {"decision", "approvers", "quorum", "ttl", "grant_ttl", "uv", "device_bound", "match"}
    | {"retry_after", "instead_of"},
    "narrow": _ALWAYS | {"decision", "narrow", "retry_after"},
    "access": _ALWAYS | {"decision", "access", "restore"},
}
"""Which annotations each kind of rule may have."""


class Annotations:
    """Reads the annotations of one rule and collects what is wrong with them (G301)."""

    def __init__(self, given: Mapping[str, str], effect: str, where: str) -> None:
        self._given = given
        self._where = where
        self.findings: list[Finding] = []
        self.id = self._id()
        self.kind = self._kind(effect)
        unknown = sorted(given.keys() - VOCABULARY[self.kind])
        for name in unknown:
            allowed = ", ".join(sorted(VOCABULARY[self.kind]))
            self._wrong(f"@{name} is not for a {self.kind} rule; expected one of {allowed}.")
        self.reason = given.get("reason", "")
        if not _CODE.fullmatch(self.reason):
            self._wrong(f"got @reason({self.reason!r}), expected a code such as rate_limit.")
        self.owner = given.get("owner", "")
        self.severity = given.get("severity", "")
        self.retry_after_s = self._seconds("retry_after", 0, _DAY_S)
        self.instead_of = given.get("instead_of", "")
        if self.instead_of not in {"", OPAQUE_RULE}:
            self._wrong(f"got @instead_of({self.instead_of!r}), expected {OPAQUE_RULE}.")
        self.narrow = given.get("narrow", "")
        if self.kind == "narrow" and not self.narrow:
            self._wrong("a narrow rule needs @narrow with the name of a transform.")
        self.access = given.get("access", "")
        if self.kind == "access" and not self.access:
            self._wrong("an access rule needs @access: reduced, read_only, stopped or a name.")

    def _wrong(self, message: str) -> None:
        rule = self._given.get("id", "")
        self.findings.append(error("G301", self._where, message, rule))

    def _id(self) -> str:
        given = self._given.get("id", "")
        if not _ID.fullmatch(given):
            self._wrong(
                f"got @id({given!r}), expected letters A-Z, digits and dashes, such as PAY-001."
            )
        return given

    def _kind(self, effect: str) -> RuleKind:
        decision = self._given.get("decision")
        if effect == "permit":
            return "permit"
        if decision is None:
            return "deny"
        if decision == "step_up":
            return "step_up"
        if decision == "narrow":
            return "narrow"
        if decision == "access":
            return "access"
        self._wrong(f"@decision({decision!r}) is not one of step_up, narrow, access.")
        return "deny"

    def _seconds(self, name: str, default: int, most: int) -> int:
        text = self._given.get(name)
        if text is None:
            return default
        try:
            seconds = duration_ms(text) // 1000
        except ValueError as wrong:
            self._wrong(f"@{name}: {wrong}.")
            return default
        if seconds > most:
            self._wrong(f"@{name}: got {text!r}, expected at most {most}s.")
        return seconds

    def _integer(self, name: str, default: int, most: int) -> int:
        text = self._given.get(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
            self._wrong(f"@{name}: got {text!r}, expected 1 to {most}.")
            return default
        return int(text)

    def _flag(self, name: str, *, default: bool) -> bool:
        text = self._given.get(name)
        if text not in {None, "true", "false"}:
            self._wrong(f"@{name}: got {text!r}, expected true or false.")
        return default if text is None else text == "true"

    def _words(self, name: str) -> tuple[str, ...]:
        text = self._given.get(name, "")
        return tuple(word.strip() for word in text.split(",") if word.strip())

    def requirement(self) -> Requirement | None:
        """Return what a step_up rule asks of people; None for every other kind."""
        if self.kind != "step_up":
            return None
        groups = frozenset(self._words("approvers"))
        if not groups:
            self._wrong(f"a step_up rule needs @approvers: groups, or {SELF} alone.")
        if SELF in groups and len(groups) > 1:
            self._wrong(f"@approvers mixes {SELF} with groups; write two rules.")
        match = self._words("match")
        roles = get_args(Role)
        for word in match:
            if word not in roles:
                self._wrong(f"@match: got {word!r}, expected roles: {', '.join(roles)}.")
        own = SELF in groups
        return Requirement(
            rule=self.id,
            reason=self.reason,
            kind="self" if own else "review",
            groups=frozenset() if own else groups,
            quorum=self._integer("quorum", 1, _MAX_QUORUM),
            uv=self._flag("uv", default=True),
            device_bound=self._flag("device_bound", default=False),
            ttl_s=self._seconds("ttl", 300, _MAX_TTL_S),
            grant_ttl_s=self._seconds("grant_ttl", 60, _MAX_GRANT_S),
            match=match,
        )

    def terms(self) -> Terms:
        """Return what a permit says of the credential."""
        level = self._given.get("binding_min", "L0")
        if level not in Binding.__members__:
            self._wrong(f"@binding_min: got {level!r}, expected one of L0, L1, L2, L3.")
            level = "L0"
        ttl = self._seconds("max_ttl", 0, _DAY_S)
        return Terms(
            scopes=frozenset(self._words("scopes")) if "scopes" in self._given else None,
            max_ttl_s=ttl or None,
            binding_min=int(Binding[level]),
        )

    def restore(self) -> Restore:
        """Return what gives back what an access rule takes; nothing for every other kind."""
        words = self._words("restore")
        if self.kind != "access" or words == ("never",):
            return Restore()
        dwell_ms: int | None = None
        for word in words:
            if word in _GIVE_BACK:
                continue
            try:
                dwell_ms = 0 if word == "0s" else duration_ms(word)
            except ValueError:
                self._wrong(f"@restore: got {word!r}, expected never, operator, reauth or a time.")
        if not words:
            self._wrong("an access rule needs @restore: never, or operator, reauth, a time.")
        by = frozenset(who for word, who in _GIVE_BACK.items() if word in words)
        return Restore(by=by, dwell_ms=dwell_ms)
