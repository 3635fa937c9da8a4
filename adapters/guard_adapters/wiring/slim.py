"""Keeps a relay that holds a whole guard small: there is one for each client on a machine.

Everything here may fail or be missing without a consequence but memory.
"""

import ctypes
import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

_LOADER: Final = "pydantic.plugin._loader"
_DONT_NEED: Final = 4  # MADV_DONTNEED of linux/mman.h
_LOADED: Final = ("/cedarpy/", "/cryptography/", "/pydantic_core/", "/yaml/")
_CODE: Final = "r-xp"


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

    The parsers of policies, schemas and configuration are 8 MB of code that runs once, and what
    makes cryptography ready is 3 MB. Their pages are clean, shared by all relays, and come back
    from the file when one is used again. Pages of data are left alone: they hold what the dynamic
    linker wrote.
    """
    gc.collect()
    if not sys.platform.startswith("linux"):
        return
    here = ctypes.CDLL(None)
    here.malloc_trim(0)
    for start, size in _code_that_loaded():
        here.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), _DONT_NEED)


def _code_that_loaded() -> Iterator[tuple[int, int]]:
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        place, mode, *_, path = line.split(maxsplit=5)
        if mode == _CODE and any(one in path for one in _LOADED):
            start, end = (int(one, 16) for one in place.split("-"))
            yield start, end - start
