"""The process that imports once and forks: `python forking.py SOCKET`.

It ends when nobody keeps it any more, and with it whatever it started.
"""

import atexit
import gc
import importlib
import marshal
import os
import runpy
import selectors
import shutil
import signal
import socket
import sys
import threading
import traceback
import warnings
from contextlib import suppress
from pathlib import Path
from types import ModuleType

PIPES = 3  # stdin, stdout, stderr
WAKES, WOKEN = os.pipe()


class Forks:
    """Who keeps this process, and for whom which process runs."""

    def __init__(self, path):
        self.path, self.keepers, self.asked = path, set(), {}
        self.ready = selectors.DefaultSelector()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(64)
        self.ready.register(self.listener, selectors.EVENT_READ)
        self.ready.register(WAKES, selectors.EVENT_READ)

    def serve(self):
        """Serve until the last keeper is gone."""
        kept = False
        while self.keepers or not kept:
            for key, _ in self.ready.select():
                if key.fileobj is self.listener:
                    self.accept()
                elif key.fd == WAKES:
                    os.read(WAKES, 4096)
                    self.reap()
                else:
                    self.hear(key.fileobj)
            kept = kept or bool(self.keepers)
        for pid in self.asked.values():
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        shutil.rmtree(Path(self.path).parent, ignore_errors=True)

    def accept(self):
        at, _ = self.listener.accept()
        head, pipes, _, _ = socket.recv_fds(at, 5, PIPES)
        if head == b"k":
            self.keepers.add(at)
        elif len(head) == 5 and len(pipes) == PIPES:
            self.fork(at, int.from_bytes(head[1:], "big"), pipes)
        else:
            at.close()
            return
        self.ready.register(at, selectors.EVENT_READ)

    def fork(self, at, size, pipes):
        with at.makefile("rb") as said:
            folder, argv, env, needs = marshal.loads(said.read(size))
        for name in needs:
            if name not in sys.modules:
                gc.disable()  # what is imported stays: looking for garbage takes a sixth of it
                with suppress(ImportError):  # the program itself will say what it lacks
                    importlib.import_module(name)
                gc.freeze()
                gc.enable()
        assert threading.active_count() == 1, "a process with threads is not forked"
        pid = os.fork()
        if pid == 0:
            self.ready.close()
            for one in (self.listener, at, *self.keepers, *self.asked):
                one.close()
            run(folder, argv, env, pipes)
        with suppress(ProcessLookupError, PermissionError):
            os.setpgid(pid, pid)
        for pipe in pipes:
            os.close(pipe)
        self.asked[at] = pid

    def hear(self, at):
        said = b""
        with suppress(OSError):
            said = at.recv(64)
        if at in self.keepers:
            self.keepers.discard(at)
            self.leave(at)
        elif at in self.asked:
            with suppress(ProcessLookupError):
                if said:
                    os.kill(self.asked[at], said[-1])
                else:  # the command was killed
                    os.killpg(self.asked[at], signal.SIGKILL)
                    self.ready.unregister(at)

    def reap(self):
        ends = {}
        with suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                ends[found[0]] = os.waitstatus_to_exitcode(found[1])
        for at, pid in [*self.asked.items()]:
            if pid in ends:
                with suppress(OSError):
                    at.sendall(ends[pid].to_bytes(4, "big", signed=True))
                del self.asked[at]
                self.leave(at)

    def leave(self, at):
        with suppress(KeyError):
            self.ready.unregister(at)
        at.close()


def run(folder, argv, env, pipes):
    """Be the program that somebody asked for, in its folder and with its pipes."""
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, pipe in enumerate(pipes):
        os.dup2(pipe, number)
        os.close(pipe)
    code = 1
    try:
        os.chdir(folder)
        os.environ.clear()
        os.environb.update(env)
        sys.executable = argv[0]
        code = program(argv[1:])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:  # as Python ends a program: whatever it is, it is printed
        traceback.print_exc()
    finally:
        threading._shutdown()
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):  # a program may have put its own there: the code counts
                stream.flush()
        os._exit(code & 0xFF)


def program(words):
    """Run what a command line of Python names, as Python would."""
    sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
    sys.stderr = os.fdopen(2, "w", buffering=1)
    sys.path[:0] = [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]
    warnings.resetwarnings()
    warnings.simplefilter("default" if sys.warnoptions else "ignore")
    while words[0] in {"-u", "-W"}:
        if words[0] == "-W":
            warnings._setoption(words.pop(1))
        words = words[1:]
    main = sys.modules["__main__"] = ModuleType("__main__")
    match words:
        case ["-c", text, *rest]:
            sys.argv, name = ["-c", *rest], "<string>"
            sys.path.insert(0, "")
        case ["-m", name, *rest]:
            sys.argv = ["-m", *rest]
            sys.path.insert(0, str(Path.cwd()))
            runpy.run_module(name, run_name="__main__", alter_sys=True)
            return 0
        case [name, *_]:
            sys.argv = words
            sys.path.insert(0, str(Path(name).absolute().parent))
            main.__file__ = name
            text = Path(name).read_bytes()
    exec(compile(text, name, "exec"), main.__dict__)
    return 0


if __name__ == "__main__":
    del sys.path[0]
    warnings.simplefilter("ignore")
    os.set_blocking(WOKEN, False)
    signal.set_wakeup_fd(WOKEN, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    Forks(sys.argv[1]).serve()
