"""A tool publishes another definition than the one that a person accepted.

The call itself is refused by `tool_changed` whatever this says: here the session that met it is
told apart from one that never saw that server change.
"""

from guard.detect.finding import Finding
from guard.model.call import ToolCall


def redefined(call: ToolCall) -> Finding | None:
    """Return a finding if the tool is not the one that was accepted."""
    if call.definition != "changed":
        return None
    said = f"{call.action} publishes another definition than the accepted one."
    return Finding(kind="definition_changed", said=said, evidence={"tool": call.action})
