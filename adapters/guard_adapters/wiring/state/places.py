"""Where things are on this machine: the socket of the running guard, the person at the keyboard.

Standard library only: the thin stdio relay loads this and little else.
"""

import os
import pwd
from collections.abc import Mapping
from pathlib import Path


def environment() -> Mapping[str, str]:
    """Return the environment of this process."""
    return os.environ  # noqa: TID251  wiring may


def socket_path(name: str) -> Path:
    """Return where the guard of this name listens for stdio relays of the same user."""
    runtime = environment().get("XDG_RUNTIME_DIR")
    home = Path(runtime) / "guardcall" if runtime else Path(f"/tmp/guardcall-{os.getuid()}")  # noqa: S108  checked to be ours alone, mode 0700, before use
    return home / f"{name}.sock"


def person() -> str:
    """Return the operating system's name for who runs this process."""
    return pwd.getpwuid(os.getuid()).pw_name
