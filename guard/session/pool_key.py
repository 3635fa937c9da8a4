"""Where a tally is kept that outlives a session: with the task, the person or the agent.

Only names: digests that fit any store, and that nobody chooses who does not authenticate.
"""

from hashlib import sha256
from typing import Literal, NamedTuple

By = Literal["task", "principal", "agent"]


class PoolKey(NamedTuple):
    """One tally that several sessions share: whose it is, and which ledger."""

    by: By
    of: str
    ledger: str  # apart for each tool if it says so


class Subjects(NamedTuple):
    """Whose a session is: a digest each of its task, its person and its agent."""

    task: str = ""
    principal: str = ""
    agent: str = ""

    def pool(self, by: By, ledger: str) -> PoolKey:
        """Return where a ledger of this kind is kept."""
        match by:
            case "task":
                return PoolKey(by, self.task, ledger)
            case "principal":
                return PoolKey(by, self.principal, ledger)
            case "agent":
                return PoolKey(by, self.agent, ledger)


def subjects(issuer: str, subject: str, agent: str, task: str) -> Subjects:
    """Return whose a session is.

    Args:
        issuer: who authenticated the person; agents of two issuers are two, whatever their name.
        subject: the person.
        agent: the agent.
        task: what this person sent it to do; the same words from somebody else are another task.
    """
    return Subjects(
        task=_digest("task", issuer, subject, task),
        principal=_digest("principal", issuer, subject),
        agent=_digest("agent", issuer, agent),
    )


def _digest(*parts: str) -> str:
    # With their lengths: no two lists of parts read the same.
    text = "".join(f"{len(one)}:{one}" for one in parts)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
