"""The transcript of the demo: what was called, what was decided, what was checked."""

import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from guard.model.review import ReviewView
from guard_adapters._shown.question import question


class Transcript:
    """Prints the story; markup in what agents and servers say is shown, never obeyed."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._chapter = 0
        self.checks = 0

    def chapter(self, title: str, what: str) -> None:
        """Begin a chapter."""
        self._chapter += 1
        self._console.print()
        self._console.rule(Text(f"{self._chapter}. {title}", style="bold"), align="left")
        self._console.print(Text(what, style="dim"))

    def note(self, text: object) -> None:
        """Print one plain line."""
        self._console.print(Text(f"   {text}"))

    def quote(self, text: str) -> None:
        """Print what somebody else wrote."""
        self._console.print(Panel(Text(text.strip()), border_style="yellow", title="untrusted"))

    def call(self, tool: str, arguments: Mapping[str, Any], text: str, *, refused: bool) -> None:
        """Print one tool call and how it ended."""
        style, word = ("red", "refused") if refused else ("green", "allowed")
        shown = json.dumps(arguments, ensure_ascii=False) if arguments else ""
        line = Text("   agent -> ").append(tool, style="bold").append(f" {shown} ")
        self._console.print(line.append(word, style=style))
        self._console.print(Text(f"            {text.strip().splitlines()[0]}" if text else ""))

    def refusal(self, what: str, code: str) -> None:
        """Print a refusal that did not come from the guard."""
        self._console.print(
            Text(f"   thief -> {what}: ").append(
                code or "accepted", style="red" if code else "bold red"
            )
        )

    def check(self, what: str, *, held: bool) -> None:
        """Print one checked expectation."""
        self.checks += held
        mark, style = ("ok", "green") if held else ("FAILED", "bold red")
        self._console.print(Text("      ").append(f"[{mark}] ", style=style).append(what))

    def question(self, view: ReviewView, *, answer: str) -> None:
        """Print what the reviewer sees, and what they said."""
        lines = [line.removeprefix("  ") for line in question(view)]
        self._console.print(Panel(Text("\n".join(lines)), title="a person is asked"))
        self._console.print(Text(f"   reviewer -> {answer}", style="bold"))

    def end(self) -> None:
        """Print how it went."""
        self._console.print()
        self._console.print(Text(f"{self.checks} expectations held. Nothing else moved.", "bold"))
