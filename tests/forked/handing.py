"""The command itself, below two lines of its own: hands over what it was started with, and waits."""

import marshal
import os
import signal
import socket
import sys

LOST = 70  # who should have forked is gone
with socket.socket(socket.AF_UNIX) as to:
    to.connect(PLACE)  # noqa: F821  written before this text
    passed = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1)
    for number in passed:
        signal.signal(number, lambda number, _frame: to.sendall(bytes([number])))
    asked = marshal.dumps((os.getcwd(), sys.argv, dict(os.environb), NEEDS))  # noqa: F821, PTH109  pathlib is slow
    socket.send_fds(to, [b"r" + len(asked).to_bytes(4, "big")], [0, 1, 2])
    to.sendall(asked)
    for pipe in (0, 1):  # else the pipe would never end for whoever is at its other side
        os.close(pipe)
    told = to.recv(4)
ended = int.from_bytes(told, "big", signed=True) if told else LOST
if ended < 0:
    signal.signal(-ended, signal.SIG_DFL)
    os.kill(os.getpid(), -ended)
os._exit(ended)
