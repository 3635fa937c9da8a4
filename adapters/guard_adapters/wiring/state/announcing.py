"""Where the guard of a state folder listens, said for as long as that guard lives.

`serve.json` is locked by the guard that wrote it. The kernel lets go of the lock however the
process ends, so a file that nobody holds speaks of a guard that is gone, and of a port that
another program may have taken since. It names no address of such a file.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guard.errors import Unusable

FILE = "serve.json"


@contextmanager
def announced(state: Path, url: str) -> Iterator[None]:
    """Say in `serve.json` where this guard listens, as long as it does."""
    place, draft = state / FILE, state / f".{FILE}"
    draft.unlink(missing_ok=True)
    # Only its owner may open it: whoever can open it could hold the lock of a guard that is gone.
    held = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(held, json.dumps({"url": url, "pid": os.getpid()}).encode())
        draft.replace(place)
        try:
            yield
        finally:
            place.unlink(missing_ok=True)
    finally:
        os.close(held)


def listening_at(state: Path) -> str | None:
    """Return the URL of the guard that runs on a state folder; None: none does.

    Raises:
        Unusable: `serve_file_unusable`, a guard holds the file and it says no URL.
    """
    place = state / FILE
    try:
        with place.open(encoding="utf-8") as file:
            if _let_go(file.fileno()):
                return None
            return str(json.load(file)["url"]).rstrip("/")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unusable(
            f"It does not say where the guard listens ({type(error).__name__}).",
            code="serve_file_unusable",
            where=str(place),
            next_step="Delete it and start the guard again.",
        ) from None


def _let_go(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
