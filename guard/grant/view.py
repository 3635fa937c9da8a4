"""`ReviewView` as the bytes that are stored and signed over, and back.

What cannot be read is refused: a question that cannot be shown whole cannot be answered with yes.
"""

from functools import lru_cache
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from guard.errors import Unavailable
from guard.model.review import ReviewView
from guard.model.sheets import Slice, sheets

READ_AT_ONCE: Final = 8
"""Questions that are kept cut: whoever reads a long one asks for its sheets one by one."""


class Whole(NamedTuple):
    """A view, and the sheets that hold all of its arguments."""

    view: ReviewView
    sheets: tuple[tuple[Slice, ...], ...]


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[ReviewView]:
    return TypeAdapter(ReviewView)


def view_json(view: ReviewView) -> bytes:
    """Return a view as JSON (UTF-8); the same view gives the same bytes."""
    return _adapter().dump_json(view)


def view_from(stored: bytes) -> ReviewView:
    """Return the view that `view_json` wrote.

    Raises:
        Unavailable: `view_unreadable`: it is not one, or of another version.
    """
    try:
        return _adapter().validate_json(stored, strict=True, extra="forbid")
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise Unavailable(
            f"The stored view of a question cannot be read: {place}: {first['msg']}.",
            code="view_unreadable",
            next_step="Let the question expire; the agent may ask again.",
        ) from None


@lru_cache(maxsize=READ_AT_ONCE)
def whole_from(stored: bytes) -> Whole:
    """Return the view that `view_json` wrote, cut into sheets.

    Raises:
        Unavailable: `view_unreadable`.
    """
    view = view_from(stored)
    return Whole(view, sheets(view.arguments))
