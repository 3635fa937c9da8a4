"""A yes that was typed before a question was on the screen answers it: whoever got it typed decides."""

import os
import pty
import select
import subprocess
import sys

from guard_adapters.approver.terminal import PROMPT

ASK = "from guard_adapters.approver.terminal import PROMPT, typed; print(f'<{typed(PROMPT)}>')"


def test_what_was_typed_before_the_question_answers_nothing():
    keys, terminal = pty.openpty()
    os.write(keys, b"yes\nye")  # a whole line, and the beginning of another
    with subprocess.Popen(
        [sys.executable, "-c", ASK], stdin=terminal, stdout=terminal, stderr=terminal
    ) as child:
        os.close(terminal)
        try:
            shown = until(keys, PROMPT)
            os.write(keys, b"s\n")
            shown += until(keys, ">")
        finally:
            child.kill()
            os.close(keys)
    assert "<s>" in shown


def until(keys, text):
    """Return what the terminal shows up to this text."""
    shown = ""
    while text not in shown:
        assert select.select([keys], [], [], 60)[0], shown
        shown += os.read(keys, 1024).decode()
    return shown
