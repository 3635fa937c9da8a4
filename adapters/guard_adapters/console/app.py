"""The console as an application: which page is where, and who may see it.

A page needs a login unless it says otherwise. GET changes nothing and, without a login, shows
nothing: programs that fetch links from messages learn nothing and press no button. It decides
about no call.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from guard.errors import GuardError, Refused, Unavailable
from guard_adapters.console.edge import Edge
from guard_adapters.console.frame import Frame, Tab
from guard_adapters.console.origin import Origin

STATUS: Final = {"origin_refused": 403, "login_needed": 401, "login_refused": 401}
DIGITS: Final = 16
LINKED: Final = {
    "approvals": re.compile(r"apr_[0-9a-f]{36}"),
    "plans": re.compile(r"pln_[0-9a-f]{36}"),
}
"""What a link in a message may name, by the folder of its page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The reviewer who looks at a page, as the cookie of their login tells."""

    name: str
    principal: str  # as it stands in approvals: issuer|subject
    groups: frozenset[str] = frozenset()
    admin: bool = False


class Door(Protocol):
    """Who has signed in."""

    async def signed_in(self, request: Request) -> SignedIn | None:
        """Return the reviewer of this request, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request by a reviewer."""

    request: Request
    who: SignedIn
    frame: Frame

    def number(self, name: str, below: int = 10**15) -> int:
        """Return a whole number of the address, 0 where it says none.

        Raises:
            Refused: `page_unknown`: it is none, or too large.
        """
        return numbered(self.request.query_params.get(name, "0"), below)

    def page(self, template: str, *, status: int = 200, **shown: object) -> Response:
        """Return a template as an answer; it sees `who`, `nonce` and what is shown."""
        return self.frame.page(self.request, template, status=status, who=self.who, **shown)

    def render(self, template: str, **shown: object) -> str:
        """Return a part of a page as text, for htmx to put in."""
        return self.frame.render(self.request, template, who=self.who, **shown)


def numbered(text: str, below: int) -> int:
    """Return a number that an address names.

    Raises:
        Refused: `page_unknown`.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= DIGITS and int(text) < below):
        raise nowhere("page")
    return int(text)


def nowhere(what: str) -> Refused:
    """Return the refusal of an address that leads to nothing."""
    return Refused(f"There is no such {what}.", code=f"{what}_unknown")


Answer = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page for reviewers: its path below /console, and its name if it is in the navigation."""

    path: str
    answer: Answer
    tab: str = ""


def console_routes(
    *,
    origin: Origin,
    door: Door,
    token: Callable[[int], bytes],
    pages: Sequence[Page],
    beside: Sequence[Route] = (),
    templates: Frame | None = None,
) -> list[BaseRoute]:
    """Return the routes of the console for the guard's own application.

    Args:
        origin: where browsers reach it.
        door: tells who has signed in.
        token: so many random bytes.
        pages: what reviewers see.
        beside: routes below /console that work without a login: they check for themselves.
        templates: the templates and static files, if they are shared.
    """
    frame = templates or Frame()
    frame.tabs = tuple(Tab(path=one.path, name=one.tab) for one in pages if one.tab)
    inside = Starlette(
        routes=[
            Route("/static/{name:path}", frame.file, methods=["GET"]),
            *beside,
            *(Route(one.path, _behind(door, frame, one.answer), methods=["GET"]) for one in pages),
        ],
        exception_handlers={GuardError: _failed},
    )
    linked = Starlette(routes=[Route("/{id}", _to_request, methods=["GET"])])
    return [
        _whole("/console", Edge(inside, origin, token)),
        _whole("/a", Edge(linked, origin, token)),
    ]


def _whole(path: str, app: ASGIApp) -> Mount:
    """Return a mount of all below a path, names with a line break too: Starlette leaves those out.

    They are nobody's, and answered behind the same edge as every other one.
    """
    mount = Mount(path, app=app)
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


def _behind(door: Door, frame: Frame, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        who = await door.signed_in(request)
        if who is None:
            return frame.page(request, "login.html", status=401)
        visit = Visit(request=request, who=who, frame=frame)
        try:
            return await answer(visit)
        except GuardError as error:  # who follows an old link reads a page, not a program's error
            return visit.page("missing.html", status=_status(error), error=error)

    return respond


async def _to_request(request: Request) -> Response:
    """Lead from the link in a message to the question's page; whether it exists is not told."""
    named = request.path_params["id"]
    for folder, form in LINKED.items():
        if form.fullmatch(named):
            return RedirectResponse(f"/console/{folder}/{named}", status_code=303)
    return PlainTextResponse("This is no link to a question.\n", 404)


async def _failed(request: Request, error: Exception) -> Response:  # noqa: ARG001  starlette's shape
    assert isinstance(error, GuardError)  # noqa: S101  our own mistake, not the caller's
    body = {"error": error.code, "message": error.message, "next_step": error.next_step}
    return JSONResponse(body, status_code=_status(error))


def _status(error: GuardError) -> int:
    match error:
        case Unavailable():
            return 503
        case Refused():
            return STATUS.get(error.code, 404 if error.code.endswith("_unknown") else 409)
        case _:
            return 400
