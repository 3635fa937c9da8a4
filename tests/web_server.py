"""A web server of a test's own: on a free port of 127.0.0.1, in a thread, until the test closes it.

What it answers is the handler's. It ends as soon as it is told to: left to its own measure, the
standard library looks twice a second, and every test that stops a server waits for that.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOOKS_EVERY_S = 0.01


class WebServer:
    """It runs from the moment it is made.

    Args:
        handler: what answers a request, as `http.server` has it.
    """

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        served = self._http.serve_forever
        self._thread = threading.Thread(target=served, args=[LOOKS_EVERY_S], daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)
