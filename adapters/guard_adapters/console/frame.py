"""Pages from templates: escaped by default, each with the nonce of its own response.

It holds the files of the package in memory and reads no others; what a page says is its caller's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from gzip import compress
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from guard.model.legible import legible
from guard_adapters.console.shapes import FUNCTIONS

if TYPE_CHECKING:
    from jinja2 import Environment

ROOM: Final = files("guard_adapters.console")
TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
FOREVER: Final = "public, max-age=31536000, immutable"


def _content(folder: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for entry in ROOM.joinpath(folder).iterdir():
        if entry.is_dir():
            found |= {f"{entry.name}/{one.name}": one.read_bytes() for one in entry.iterdir()}
        else:
            found[entry.name] = entry.read_bytes()
    return found


def _spelled(value: object) -> object:
    """Return what a template puts out: text of others with everything that hides spelled out."""
    # A macro's output is markup (`__html__`), and was spelled out where it was made.
    return legible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


@lru_cache(maxsize=2)
def _environment(addresses: tuple[tuple[str, str], ...]) -> "Environment":
    """Return the templates, to be compiled at their first page: once, however many consoles.

    Args:
        addresses: of each static file.
    """
    # At the first page: a guard whose console nobody opens does not pay for it.
    from jinja2 import DictLoader, Environment, StrictUndefined  # noqa: PLC0415

    pages = {name: text.decode() for name, text in _content("templates").items()}
    made = Environment(
        loader=DictLoader(pages),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_spelled,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(FUNCTIONS, static=dict(addresses).__getitem__)
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One entry of the navigation: its path below the console, and its name."""

    path: str
    name: str


@dataclass(kw_only=True)
class Frame:
    """The templates and the static files of one console. `tabs`: the navigation, in order."""

    tabs: tuple[Tab, ...] = ()
    static: Mapping[str, bytes] = field(default_factory=lambda: _content("static"), repr=False)

    @cached_property
    def _environment(self) -> "Environment":
        return _environment(tuple((name, self.address(name)) for name in sorted(self.static)))

    @cached_property
    def _packed(self) -> dict[str, bytes]:
        return {name: compress(raw, mtime=0) for name, raw in self.static.items()}

    def address(self, name: str) -> str:
        """Return the path of a static file; it changes when the file does."""
        return f"/console/static/{name}?v={self._version(name)}"

    def _version(self, name: str) -> str:
        return sha256(self.static[name]).hexdigest()[:12]

    def render(self, request: Request, template: str, **shown: object) -> str:
        """Return a template as text: a page, or a part of one for htmx to put in."""
        made = self._environment.get_template(template)
        known = {"nonce": request.state.nonce, "tabs": self.tabs, "here": request.url.path}
        return made.render(**known, **{"who": None, **shown})

    def page(
        self, request: Request, template: str, *, status: int = 200, **shown: object
    ) -> HTMLResponse:
        """Return a template as an answer; `who` is the reviewer who looks, if any."""
        return HTMLResponse(self.render(request, template, **shown), status_code=status)

    async def file(self, request: Request) -> Response:
        """Return a static file by its name."""
        name = request.path_params["name"]
        kind = TYPES.get(name.rpartition(".")[2])
        if name not in self.static or kind is None:
            return Response(status_code=404)
        fresh = request.query_params.get("v") == self._version(name)
        head = {"cache-control": FOREVER if fresh else "no-cache", "vary": "accept-encoding"}
        # Pages are never packed: their length would tell what stands beside a guess in them.
        if "gzip" in request.headers.get("accept-encoding", ""):
            head["content-encoding"] = "gzip"
            return Response(self._packed[name], media_type=kind, headers=head)
        return Response(self.static[name], media_type=kind, headers=head)
