"""The everything-fixture over stdio, forked from one process that has imported it already.

    python forked.py SOCKET             prints {"url": SOCKET} first and serves until it is stopped
    python -I -S to_forked.py SOCKET    the server's command: hands its own pipes over

The suite opens a session for each scenario, and each session is a process: a second of imports a
session would be most of a run over a pipe.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import warnings

import anyio
from everything import serve_stdio
from mcp.shared.exceptions import MCPDeprecationWarning

PIPES = 3  # stdin, stdout, stderr


def serve(path: str) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the sessions
    print(json.dumps({"url": path}), flush=True)
    while True:
        asked, _ = listener.accept()
        with asked:
            if os.fork() == 0:
                listener.close()
                session(asked)


def session(asked: socket.socket) -> None:
    """Be the server that somebody asked for; the socket's end tells them that it is over."""
    _, pipes, _, _ = socket.recv_fds(asked, 1, PIPES)
    for number, pipe in enumerate(pipes):
        os.dup2(pipe, number)
        os.close(pipe)
    try:
        anyio.run(serve_stdio)
    finally:
        os._exit(0)


if __name__ == "__main__":
    # As in everything.py: the older wire is served on purpose.
    warnings.simplefilter("ignore", MCPDeprecationWarning)
    serve(sys.argv[1])
