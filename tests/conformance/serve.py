"""`guard serve` before one upstream, with a policy that permits everything, as a program.

    python serve.py --upstream URL

prints {"url": ...} as its first line. It is the whole guard: store, audit, policy engine.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  state: state
  serve: {{port: 0, unsafe_no_auth: true}}
servers:
  up:
    trust: trusted
    url: {url}
    asks: {{sampling: true, elicitation_hosts: [example.com], unasked_answers: true}}
    unsafe_allow_all_unlisted: true
"""
POLICY = '@id("ALL") @reason("everything") permit (principal, action, resource);'
GUARD = [sys.executable, "-c", "import sys; from guard_adapters.cli import main; sys.exit(main())"]
START_S = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upstream", required=True)
    upstream = parser.parse_args().upstream
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "guard.yaml").write_text(CONFIG.format(url=upstream))
        (folder / "all.cedar").write_text(POLICY)
        options = ["--config", str(folder / "guard.yaml"), "--socket", str(folder / "s" / "g.sock")]
        guard = subprocess.Popen([*GUARD, "serve", *options])
        signal.signal(signal.SIGTERM, lambda *_: guard.terminate())
        try:
            print(
                json.dumps({"url": f"{_url(folder / 'state' / 'serve.json')}/mcp/up"}), flush=True
            )
            guard.wait()
        finally:
            guard.terminate()
            guard.wait(5)


def _url(announced: Path) -> str:
    until = time.monotonic() + START_S
    while not announced.exists():
        if time.monotonic() > until:
            raise TimeoutError("the guard did not start")
        time.sleep(0.05)
    url: str = json.loads(announced.read_text())["url"]
    return url


if __name__ == "__main__":
    main()
