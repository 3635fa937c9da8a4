"""What a coding agent runs before and after each tool call: it carries one event to the guard.

It runs as a script of its own (`python -I -S hook.py`), loads the standard library only and
decides nothing. Whatever goes wrong here, the exit code is 2 and stderr says why: Claude Code,
Codex and Gemini CLI all take that for no, and every other failure for yes.
"""

import json
import os
import socket
import struct
import sys

MOST_BYTES = 4 * 2**20
"""Largest event that is carried (bytes)."""

CONNECT_S = 2.0
BLOCK = 2


class _NotCarried(Exception):
    """The event did not reach a guard, or no answer came back."""


def main(words: list[str]) -> int:
    """Carry one event from stdin; return 0 or 2.

    Args:
        words: agent, socket, seconds to wait for the answer, then names of MCP servers whose calls
            another front of the same guard judges.
    """
    try:
        agent, path, wait_s, *proxied = words
        raw = sys.stdin.buffer.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise _NotCarried("the event is too large")  # noqa: TRY301  said below, as the others
        # Written anew on one line: a line is one frame.
        event = json.dumps(json.loads(raw), separators=(",", ":")).encode()
        head = json.dumps({"hello": 1, "hook": agent, "proxied": proxied}).encode()
        frame = head + b"\t" + event + b"\n"
        return _said(json.loads(_answer(path, frame, float(wait_s)).partition(b"\t")[2]))
    except BaseException as wrong:  # noqa: BLE001  whatever it is: the call must not run
        why = str(wrong) if isinstance(wrong, _NotCarried) else type(wrong).__name__
        os.write(2, f"GUARD_UNAVAILABLE: not executed ({why}).\n".encode())
        return BLOCK


def _said(answer: dict[str, object]) -> int:
    out, err = str(answer["stdout"]).encode(), str(answer["stderr"]).encode()
    if answer["exit"] == 0:
        if out:
            os.write(1, out)  # in one piece: half a JSON would let the tool run
        return 0
    os.write(2, err or b"DENIED\n")  # Codex takes 2 with an empty stderr for yes
    return BLOCK


def _answer(path: str, frame: bytes, wait_s: float) -> bytes:
    with socket.socket(socket.AF_UNIX) as guard:
        guard.settimeout(CONNECT_S)
        guard.connect(path)
        raw = guard.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        if struct.unpack("3i", raw)[1] != os.getuid():
            raise _NotCarried("who listens there is another user")
        guard.settimeout(wait_s)
        guard.sendall(frame)
        found = bytearray()
        while not found.endswith(b"\n"):
            chunk = guard.recv(65_536)
            if not chunk:
                raise _NotCarried("the guard left")
            found += chunk
        return bytes(found)


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))
