"""The queue of open questions in a terminal: look, deny, or open the page where a passkey says yes.

A terminal is no authority: any program of this user can type into it. So nothing here approves, and
Enter only opens. Everything that somebody else chose is shown with what is hidden spelled out.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol

from rich.text import Text
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import DataTable, Footer, Header, Input, Static

from guard.errors import GuardError
from guard_adapters._shown import shown
from guard_adapters.cli.approvals import whole

EVERY_S = 2.0
"""Pause between two looks at the queue (seconds)."""

Row = Mapping[str, Any]


class Questions(Protocol):
    """Where the questions are. Each call may block: it runs in a thread."""

    def listed(self) -> Sequence[Row]:
        """Return the open questions, oldest first."""

    def question(self, approval_id: str) -> Row:
        """Return one question, with everything that a reviewer is shown."""

    def deny(self, approval_id: str, reason: str) -> Row:
        """Say no."""

    def link(self, approval_id: str) -> str:
        """Return the address of the page where a passkey says yes."""


class Reason(ModalScreen[str]):
    """Asks why not. Escape goes back without an answer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back")]
    DEFAULT_CSS = "Reason { align: center middle; } Reason Input { width: 80%; }"

    def compose(self) -> ComposeResult:
        """Show one line to type into."""
        yield Input(placeholder="Why not? The agent reads it. Enter denies, Escape goes back.")

    def on_input_submitted(self, typed: Input.Submitted) -> None:
        """Hand the reason back; an empty one denies nothing."""
        if typed.value.strip():
            self.dismiss(typed.value.strip())

    def action_back(self) -> None:
        """Go back without an answer."""
        self.dismiss("")


class Question(Screen[None]):
    """One question, nothing cut."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "deny", "Deny"),
        Binding("o", "open", "Open the page (a passkey says yes there)"),
        Binding("escape", "app.pop_screen", "Back"),
    ]

    def __init__(self, found: Row) -> None:
        super().__init__()
        self.found = found

    def compose(self) -> ComposeResult:
        """Show every field of the question."""
        yield Header()
        with VerticalScroll():
            yield Static(Text(text_of(self.found)), id="question")
        yield Footer()

    def action_deny(self) -> None:
        """Ask for a reason and deny."""
        self.review.deny(str(self.found["id"]))

    def action_open(self) -> None:
        """Open the page in a browser."""
        self.review.open_page(str(self.found["id"]))

    @property
    def review(self) -> "Review":
        """Return the application that this screen is part of."""
        app = self.app
        assert isinstance(app, Review)  # noqa: S101  it is made there only
        return app


class Review(App[None]):
    """The queue.

    Args:
        questions: where they are.
        browse: opens an address in a browser; returns whether that worked.
    """

    TITLE = "guard review"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "deny", "Deny"),
        Binding("o", "open", "Open the page"),
        Binding("r", "refresh", "Look again"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(self, questions: Questions, browse: Callable[[str], bool]) -> None:
        super().__init__()
        self._questions = questions
        self._browse = browse

    def compose(self) -> ComposeResult:
        """Show the queue."""
        yield Header()
        yield DataTable(cursor_type="row", zebra_stripes=True)
        yield Static("", id="said")
        yield Footer()

    def on_mount(self) -> None:
        """Fill the queue, and look again from time to time."""
        self.query_one(DataTable).add_columns("Open until", "Agent", "Rules", "What it would do")
        self.look()
        self.set_interval(EVERY_S, self.look)

    def on_data_table_row_selected(self, chosen: DataTable.RowSelected) -> None:
        """Show the chosen question: Enter opens it and answers nothing."""
        self.show(str(chosen.row_key.value))

    def action_refresh(self) -> None:
        """Look again now."""
        self.look()

    def action_deny(self) -> None:
        """Deny the question under the cursor."""
        if chosen := self._chosen():
            self.deny(chosen)

    def action_open(self) -> None:
        """Open the page of the question under the cursor."""
        if chosen := self._chosen():
            self.open_page(chosen)

    @work(exclusive=True, group="look")
    async def look(self) -> None:
        """Read the queue anew; the cursor stays on its question."""
        try:
            rows = await asyncio.to_thread(self._questions.listed)
        except GuardError as error:
            self.say(error.message)
            return
        table, chosen = self.query_one(DataTable), self._chosen()
        table.clear()
        for row in rows:
            table.add_row(*(Text(one) for one in cells(row)), key=str(row["id"]))
        ids = [str(row["id"]) for row in rows]
        if chosen in ids:
            table.move_cursor(row=ids.index(chosen))

    @work
    async def show(self, approval_id: str) -> None:
        """Show one question, read anew."""
        try:
            found = await asyncio.to_thread(self._questions.question, approval_id)
        except GuardError as error:
            self.say(error.message)
            return
        await self.push_screen(Question(found))

    @work
    async def deny(self, approval_id: str) -> None:
        """Ask for a reason, and say no."""
        reason = await self.push_screen_wait(Reason())
        if not reason:
            return
        try:
            found = await asyncio.to_thread(self._questions.deny, approval_id, reason)
        except GuardError as error:
            self.say(error.message)
            return
        if isinstance(self.screen, Question):
            self.pop_screen()
        self.say(f"{approval_id} is {found['status']}.")
        self.look()

    @work
    async def open_page(self, approval_id: str) -> None:
        """Open the page where a passkey says yes, or say where it is."""
        try:
            link = await asyncio.to_thread(self._questions.link, approval_id)
        except GuardError as error:
            self.say(error.message)
            return
        opened = await asyncio.to_thread(self._browse, link)
        self.say(f"Opened {link}" if opened else f"Open {link} in a browser.")

    def say(self, text: str) -> None:
        """Show one line under the queue."""
        self.screen_stack[0].query_one("#said", Static).update(Text(shown(text)))

    def _chosen(self) -> str:
        table = self.query_one(DataTable)
        if not table.row_count:
            return ""
        key = table.coordinate_to_cell_key(table.cursor_coordinate).row_key
        return str(key.value)


def cells(row: Row) -> tuple[str, str, str, str]:
    """Return a question as one row of the queue, safe to show."""
    effect = str(row["view"].get("effect", ""))
    until = datetime.fromtimestamp(int(row["pending_until_ms"]) / 1000, UTC)
    return (
        f"{until:%H:%M:%S} UTC",
        shown(str(row["agent"])),
        shown(", ".join(row["rules"])),
        shown(effect),
    )


def text_of(found: Row) -> str:
    """Return a question as `guard approvals show` prints it, or why it cannot be shown."""
    try:
        return whole(found)
    except GuardError as error:
        return shown(f"{error.message} {error.next_step} ({error.code})")
