"""What is owed after something was said against a session: what people said before it is void.

It is counted in the session, by the change that took it in. Whoever made that change pays it; where
they died before, whoever sees the session next does. Nothing is voided here.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """How often something was said against a session, and how much of that was followed."""

    due: int = 0
    paid: int = 0
    why: str = ""

    @property
    def open(self) -> bool:
        """Return whether questions and yeses may be left that came before it."""
        return self.paid < self.due

    def more(self, why: str) -> "Owed":
        """Return it after one thing more was said; `why` is its stable code."""
        return replace(self, due=self.due + 1, why=why)

    def upto(self, due: int) -> "Owed":
        """Return it after what was due then was followed: what was said since is still owed."""
        return replace(self, paid=max(self.paid, min(due, self.due)))


NOTHING = Owed()
