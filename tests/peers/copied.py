"""Folders that take long to make and little to copy: the first of a run who asks makes one.

`initdb` takes a CPU-second and more; a run starts some twenty servers, in six processes.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

PLACE = "TESTS_COPY_FROM"
"""Names the variable that holds the folder of a run, which its first process makes and removes."""


def begin():
    """Make the folder of this run; return what removes it."""
    if PLACE in os.environ:
        return lambda: None
    place = tempfile.mkdtemp(prefix="gc-made-")
    Path(place).chmod(0o755)  # a server that does not run as root reads what it makes
    os.environ[PLACE] = place

    def end():
        del os.environ[PLACE]
        shutil.rmtree(place, ignore_errors=True)

    return end


def copied(name, to, make):
    """Put at `to`, with owners and modes, what `make(folder)` makes for the first who asks for the name."""
    if PLACE not in os.environ:  # no run of tests: a benchmark, or a server by hand
        make(Path(to))
        return
    place = Path(os.environ[PLACE])
    made = place / name
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            half = place / f"{name}.half"  # what broke off is made anew
            shutil.rmtree(half, ignore_errors=True)
            make(half)
            half.rename(made)
    subprocess.run(["cp", "-a", made, to], check=True)
