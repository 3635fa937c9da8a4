"""A tool without effect, for tests of what stands before one."""

from dataclasses import dataclass, field

from guard.grant.credential import Credential
from guard.model.call import Json, Outcome, ToolCall, ToolResult


@dataclass(slots=True, kw_only=True)
class RecordingTool:
    """A tool without effect: records what it was given and returns what it was told to."""

    returns: Json = "done"
    outcome: Outcome = Outcome.OK
    raises: BaseException | None = None
    refused: str = ""  # as a server's verifier refuses the call's token
    runs: list[tuple[ToolCall, Credential | None]] = field(default_factory=list)

    async def run(self, call: ToolCall, credential: Credential | None) -> ToolResult:
        """Record the call; return, or raise what it was told to."""
        self.runs.append((call, credential))
        if self.raises is not None:
            raise self.raises
        return ToolResult(
            outcome=self.outcome, value=self.returns, shown=self.returns, refused=self.refused
        )
