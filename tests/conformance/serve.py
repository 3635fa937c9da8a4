"""`guard serve` before a server, with a policy that permits everything, as a program.

    python serve.py --upstream URL          a server over HTTP: /mcp/up
    python serve.py --pipe CMD ...          a server over stdio: /mcp/bridged, and with `guard proxy`
                                            before it, /mcp/attached and /mcp/standalone

prints {"url": ...} as its first line. It is the whole guard: store, audit, policy engine.
"""

from __future__ import annotations

import argparse
import json
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OPEN = {
    "trust": "trusted",
    "asks": {"sampling": True, "elicitation_hosts": ["example.com"], "unasked_answers": True},
    "unsafe_allow_all_unlisted": True,
}
POLICY = '@id("ALL") @reason("everything") permit (principal, action, resource);'
GUARD = [sys.executable, "-c", "import sys; from guard_adapters.cli import main; sys.exit(main())"]
START_S = 30


def installation(folder: Path, servers: dict[str, dict[str, object]]) -> Path:
    """Write a guard.yaml that lets everything through."""
    folder.mkdir()
    (folder / "all.cedar").write_text(POLICY)
    said = {
        "version": 1,
        "guard": {
            "policies": ["all.cedar"],
            "state": "state",
            "serve": {"port": 0, "unsafe_no_auth": True},
        },
        "servers": servers,
    }
    (folder / "guard.yaml").write_text(json.dumps(said))  # JSON is YAML
    return folder / "guard.yaml"


def over_a_pipe(folder: Path, command: list[str]) -> dict[str, dict[str, object]]:
    """Return one server three times: alone, and with either form of `guard proxy` before it."""
    installation(folder / "alone", {"inner": OPEN})
    proxy = [*GUARD, "proxy", "--upstream", "inner", "--agent", "suite"]
    standalone = shlex.join([*proxy, "--standalone", "--config"])
    forms = {
        "bridged": command,
        "attached": [*proxy, "--socket", str(folder / "s" / "g.sock"), "--", *command],
        # A standalone guard has its state to itself, and sessions may overlap.
        "standalone": [
            "/bin/sh",
            "-c",
            f'cp -r {folder}/alone {folder}/$$ && exec {standalone} {folder}/$$/guard.yaml -- "$@"',
            "sh",
            *command,
        ],
    }
    return {"inner": OPEN, **{name: {**OPEN, "command": form} for name, form in forms.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--upstream")
    choice.add_argument("--pipe", nargs=argparse.REMAINDER)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if chosen.upstream:
            servers = {"up": {**OPEN, "url": chosen.upstream}}
        else:
            servers = over_a_pipe(folder, chosen.pipe)
        config = installation(folder / "serve", servers)
        options = ["--config", str(config), "--socket", str(folder / "s" / "g.sock")]
        guard = subprocess.Popen([*GUARD, "serve", *options])
        signal.signal(signal.SIGTERM, lambda *_: guard.terminate())
        try:
            url = f"{_url(folder / 'serve' / 'state' / 'serve.json')}/mcp"
            print(json.dumps({"url": f"{url}/up" if chosen.upstream else url}), flush=True)
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
