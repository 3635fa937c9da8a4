"""Keeps a process that holds a whole guard small: of relays there is one for each client.

Everything here may fail or be missing without a consequence but memory.
"""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Final

_LOADER: Final = "pydantic.plugin._loader"
_DONT_NEED: Final = 4  # MADV_DONTNEED of linux/mman.h
_READ_ONLY: Final = ("r-xp", "r--p")
_WRITTEN: Final = ("Anonymous:", "Swap:")
_LAST: Final = "VmFlags:"


def unplugged() -> None:
    """Let pydantic look for no plugins; call it before pydantic is imported.

    Looking takes `importlib.metadata`, and with it mail and archive modules: 2 MB. And no package
    that happens to be installed may have a say in how the guard reads what comes from outside.
    """
    if "pydantic" not in sys.modules:
        loader = ModuleType(_LOADER)
        loader.__dict__["get_plugins"] = tuple
        sys.modules[_LOADER] = loader


def compiled() -> None:
    """Give back what only loading needed; call it once the policy is compiled.

    Most code and constants of the libraries are read once: by the parsers of policies, schemas and
    configuration, and to make cryptography ready. The pages are clean, shared by all relays, and
    come back from the file when one is used again. What Python has made stays for good: a full
    collection that looks through it too takes tens of milliseconds of some call.
    """
    gc.collect()
    gc.freeze()
    give_back()


def give_back() -> None:
    """Give the system the pages that nothing was written to, and memory that is free."""
    if not sys.platform.startswith("linux"):
        return
    here = ctypes.CDLL(None)
    with suppress(AttributeError):  # musl has none
        here.malloc_trim(0)
    with suppress(OSError):  # a kernel that does not tell
        for start, size in unwritten(Path("/proc/self/smaps").read_text(encoding="utf-8")):
            here.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), _DONT_NEED)


def unwritten(smaps: str) -> Iterator[tuple[int, int]]:
    """Return start and size of the mapped files of which this process has only read.

    Where the dynamic linker wrote is read-only too, by now, and what it wrote is in no file: it is
    counted as anonymous, or as swapped out.
    """
    place, mode, path, written = "", "", "", 0
    for line in smaps.splitlines():
        name, *words = line.split(maxsplit=5)
        if not name.endswith(":"):
            place, mode, path, written = name, words[0], "".join(words[4:]), 0
        elif name in _WRITTEN:
            written += int(words[0])
        elif name == _LAST and not written and mode in _READ_ONLY and path[:1] == "/":
            start, end = (int(one, 16) for one in place.split("-"))
            yield start, end - start
