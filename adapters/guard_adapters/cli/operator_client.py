"""Asks the running guard of an installation, as its operator.

It finds the guard by `serve.json` and shows the token of `keys/operator.key` to a guard that lives,
never to what listens where one was; it starts no guard and never opens the store.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from guard.errors import GuardError, Refused, Unavailable
from guard_adapters._http.documents import ask_json
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters.cli.place import Place
from guard_adapters.wiring.state.announcing import listening_at
from guard_adapters.wiring.state.keys import secret
from guard_adapters.wiring.state.rows_at import FILE

NOT_RUNNING = "Start it with `guard serve`, or name its folder with --state."


class OperatorClient:
    """One running guard. `ask` is how it is asked; the rest is where."""

    def __init__(self, found: Place) -> None:
        self._place = found
        _url(found)
        key = found.state / "keys" / "operator.key"
        if not key.exists():  # reading must not make a token that the guard does not know
            raise _not_running(found)
        self._token = secret(key).hex()

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Return the guard's answer to one request below `/guard/v1/`.

        Raises:
            Unavailable: `guard_not_running`; Refused: what the guard refused, with its code.
        """
        url = _url(
            self._place
        )  # anew: a guard that died meanwhile may have left its port to others
        try:
            status, found = ask_json(method, f"{url}/guard/v1/{path}", token=self._token, body=body)
        except UpstreamFailed as error:
            raise Unavailable(
                f"The guard at {url} does not answer ({error}).",
                code="guard_not_running",
                next_step=NOT_RUNNING,
            ) from error
        if status >= 400:  # noqa: PLR2004  HTTP's own line
            code, text = str(found.get("error", "refused")), str(found.get("message", status))
            raise Refused(text, code=code, next_step=str(found.get("next_step", "")))
        return found


def named(identifier: str) -> str:
    """Return an id as one segment of a path."""
    return quote(identifier, safe="")


def _url(found: Place) -> str:
    url = listening_at(found.state)
    if url is None:
        raise _not_running(found)
    return url


def _not_running(found: Place) -> Unavailable:
    # Only now: what asks a guard that answers needs no store.
    from guard_adapters.store.sqlite.reading import is_held  # noqa: PLC0415

    if is_held(found.state / FILE):
        return Unavailable(
            f"No `guard serve` runs on {str(found.state)!r}: a program that guards its own tools "
            "holds its store, and nobody can ask that program.",
            code="guard_not_running",
            next_step="Read the store without --live once it has ended.",
        )
    text = f"No guard is running on {str(found.state)!r}."
    return Unavailable(text, code="guard_not_running", next_step=NOT_RUNNING)


def taken_up(found: Place) -> str:
    """Let the running guard read its files again, and return in a sentence what came of it."""
    try:
        OperatorClient(found).ask("POST", "policy/reload")
    except GuardError as error:
        return f"No running guard took it up now ({error.code}); it does when it starts."
    return "The running guard has taken it up."
