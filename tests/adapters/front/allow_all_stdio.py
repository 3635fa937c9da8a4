"""The stdio relay, or the HTTP front with the bridge, before one command; everything is allowed.

python allow_all_stdio.py relay CMD...
python allow_all_stdio.py bridge CMD...     (prints {"url": ...} first)
"""

import asyncio
import json
import os
import runpy
import socket
import sys
from dataclasses import replace
from pathlib import Path

import uvicorn

from guard_adapters.front.mcp.bridge import Bridge
from guard_adapters.front.mcp.child import Command
from guard_adapters.front.mcp.server import HttpServer
from guard_adapters.front.mcp.standalone import standalone
from guard_adapters.front.mcp.stdio_desk import Place

HTTP = runpy.run_path(str(Path(__file__).with_name("allow_all.py")))
ENV = {
    "PATH": os.environ["PATH"],
    "HOME": os.environ["HOME"],
    "PYTHONPATH": os.pathsep.join(sys.path),
}


class AllowAll(HTTP["AllowAll"]):
    """Lets unknown methods through as well."""


def bridge(command: list[str]) -> None:

    made = Bridge(command=Command(argv=tuple(command), env=ENV))
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = HttpServer(name="up", url="stdio:up", rules=HTTP["OPEN"])
    endpoint = HTTP["endpoint"](AllowAll(), [server], port=port)
    app = HTTP["app_of"](replace(endpoint, bridges={"up": made.for_caller}))
    config = uvicorn.Config(app, http="h11", log_level="error", timeout_graceful_shutdown=1)
    print(json.dumps({"url": f"http://127.0.0.1:{port}/mcp/up"}), flush=True)

    async def serve() -> None:
        try:
            await uvicorn.Server(config).serve(sockets=[listener])
        finally:
            await made.aclose()

    asyncio.run(serve())


def main() -> int:
    kind, *command = sys.argv[1:]
    if kind == "relay":
        place = Place(upstream="up", caller=HTTP["ME"], rules=HTTP["OPEN"])
        return asyncio.run(standalone(AllowAll(), command, place, ENV))
    bridge(command)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
