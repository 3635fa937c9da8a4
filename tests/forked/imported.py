"""All tests, imported once: the process that imports this is what the suite's workers are forked from.

It imports what the suite was started for, as each worker will after it, with the asserts rewritten,
and keeps nothing but the modules. What cannot be imported is forgotten: a worker that finds half of a module would take it
for the whole, and its tests would be lost.
"""

import contextlib
import io
import json
import os
import sys
from functools import partial
from pathlib import Path

import pytest

WORDS = "TESTS_TO_IMPORT"
"""Names the variable that holds the words for pytest, as JSON."""

INTERPRETER = sys.executable
"""What a worker starts where a program has to start from nothing: not what it was forked by itself."""


def no_tests_of(module):
    """Import a module; which tests it has, each worker asks."""
    assert module.obj
    return ()


class Collecting:
    """Notes the files that cannot be collected."""

    def __init__(self):
        self.lost = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector):
        if isinstance(collector, pytest.Module):
            collector.collect = partial(no_tests_of, collector)
        report = yield
        if not report.passed:
            self.lost.add(Path(collector.path))
        return report


def imported(words):
    collecting = Collecting()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["--collect-only", "-q", "-s", "-n", "0", *words], plugins=[collecting])
    for name, module in [*sys.modules.items()]:
        if Path(getattr(module, "__file__", None) or "") in collecting.lost:
            del sys.modules[name]
    # Hypothesis reads the constants out of every source, and each worker would for itself.
    providers = sys.modules.get("hypothesis.internal.conjecture.providers")
    getattr(providers, "_get_local_constants", tuple)()


imported(json.loads(os.environ.pop(WORDS)))
