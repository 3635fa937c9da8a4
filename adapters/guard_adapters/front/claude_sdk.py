"""Claude Agent SDK: `GuardHooks` for built-in tools, MCP servers and tools of your own alike.

A question defers the call in Claude's own way, and the session is resumed later. Tools of your own
that `wrap` was given run inside an allowed call only, with its arguments and its credential; calls
of all others are judged by the hooks alone. A hook that fails blocks the call.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, Final

from claude_agent_sdk import HookMatcher, SdkMcpTool

from guard_adapters.front.coding.agents import DIALECTS, HookDesk, Said
from guard_adapters.front.function import entered
from guard_adapters.front.intake import SLACK_MS, Guarding
from guard_adapters.front.mcp.judging.verdict import refusal

OUTSIDE: Final = refusal("DENIED", "no_active_call").text


class GuardHooks:
    """Guards an agent: `ClaudeAgentOptions(hooks=GuardHooks(guard).hooks())`.

    Its built-in tools belong to the server `claude` of the catalogue, `mcp__shop__pay` to `shop`.

    Args:
        guard: the guard of this agent.
        defers: whether a question puts the call off, to be resumed; else the model reads of it.
        proxied: MCP servers whose calls another front of the guard judges.
    """

    def __init__(
        self, guard: Guarding, *, defers: bool = True, proxied: Collection[str] = ()
    ) -> None:
        self._desk = HookDesk(guard.intake, "claude", defers=defers)
        self.proxied = frozenset(proxied)
        self._wait_s = (guard.intake.hold_ms + 2 * SLACK_MS) / 1000

    def hooks(self) -> dict[Any, list[HookMatcher]]:
        """Return the hooks: before every tool, after it, and where a prompt begins."""
        dialect = DIALECTS["claude"]
        asked: dict[Any, list[HookMatcher]] = {dialect.prompt: [HookMatcher(hooks=[self._heard])]}
        return asked | {
            event: [HookMatcher(hooks=[self._heard], timeout=self._wait_s, on_failure="block")]
            for event in (dialect.before, *dialect.after)
        }

    async def _heard(self, event: Any, _tool_use_id: Any, _context: Any) -> Any:  # noqa: ANN401  the SDK's shapes
        said = await self._desk.answer(event, self.proxied)
        return _in_words(said, str(event["hook_event_name"]))

    def wrap(self, tools: Iterable[SdkMcpTool[Any]], *, server: str) -> list[SdkMcpTool[Any]]:
        """Return tools for `create_sdk_mcp_server(server, tools=...)`.

        Args:
            tools: tools of your own.
            server: the name that the server has in `mcp_servers` and in the catalogue.
        """
        return [self._inside(tool, server) for tool in tools]

    def _inside(self, tool: SdkMcpTool[Any], server: str) -> SdkMcpTool[Any]:
        async def handler(arguments: Any) -> dict[str, Any]:  # noqa: ANN401  as its schema has it
            handed = self._desk.inside(server, tool.name, arguments)
            if handed is None:
                return {"content": [{"type": "text", "text": OUTSIDE}], "is_error": True}
            with entered(handed.running):
                return await tool.handler(arguments)

        return replace(tool, handler=handler)

    async def aclose(self) -> None:
        """Give up calls that still run: their outcome is unknown."""
        await self._desk.aclose()


def _in_words(said: Said, event: str) -> dict[str, Any]:
    if said.exit == 0:
        found: dict[str, Any] = json.loads(said.stdout) if said.stdout else {}
        return found  # {}: no opinion; the SDK's own permissions still apply
    if event != DIALECTS["claude"].before:
        return {"decision": "block", "reason": said.stderr}
    no = {"permissionDecision": "deny", "permissionDecisionReason": said.stderr}
    return {"hookSpecificOutput": {"hookEventName": event, **no}}
