"""While a command is loaded nobody looks for garbage; before and after it is as it was."""

import gc
import subprocess
import sys

import pytest

from guard_adapters.cli import loading

FROZEN = """
import gc
from guard_adapters.cli import main
assert gc.get_freeze_count() == 0
main(["kill", "--help"])
assert gc.isenabled() and gc.get_freeze_count() > 10_000
again = gc.get_freeze_count()
main(["kill", "--help"])
assert gc.get_freeze_count() <= again, "what a run leaves behind is garbage"
"""


def test_garbage_is_looked_for_again_also_when_a_command_cannot_be_loaded():
    with pytest.raises(ModuleNotFoundError), loading():
        assert not gc.isenabled()
        raise ModuleNotFoundError(name="mcp")
    assert gc.isenabled()


def test_what_a_command_loads_is_left_alone_and_what_it_makes_is_not():
    subprocess.run([sys.executable, "-c", FROZEN], check=True, capture_output=True, timeout=60)
