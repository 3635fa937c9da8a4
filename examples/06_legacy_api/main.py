"""An old application behind the guard: only its base URL and its password change.

    python examples/06_legacy_api/main.py

The billing system knows one API key and nothing of agents. The application is given the guard's
address instead of the billing system's, and never the key. Reading runs, a small payment runs, a
large one does not reach the billing system.
"""

import asyncio
import json
import shutil
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import dev_keys, serving

HERE = Path(__file__).parent
KEY = "the-billing-systems-own-key"


class Billing(BaseHTTPRequestHandler):
    """The billing system, as it always was."""

    def do_GET(self) -> None:
        """Show an invoice."""
        self.answer({"number": 17, "open_euros": 40})

    def do_POST(self) -> None:
        """Pay one."""
        sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.answer({"paid_euros": sent["euros"]})

    def answer(self, said: dict[str, int]) -> None:
        """Answer whoever has the key."""
        known = self.headers["x-api-key"] == KEY
        raw = json.dumps(said if known else {"error": "who are you?"}).encode()
        self.send_response(200 if known else 401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its base names it
        """Say nothing."""


async def application(base: str, password: str) -> None:
    """Do what it always did; it knows an address and a password."""
    async with httpx.AsyncClient(base_url=base, auth=("", password), trust_env=False) as client:
        print("invoice 17:", (await client.get("/invoices/17")).json())
        for euros in (40, 4000):
            done = await client.post("/invoices/17/pay", json={"euros": euros})
            print(f"pay {euros}:", done.status_code, done.json().get("code") or done.json())


async def work(folder: Path) -> None:
    """Run the billing system, the guard before it, and the application."""
    billing = ThreadingHTTPServer(("127.0.0.1", 0), Billing)
    threading.Thread(target=billing.serve_forever, daemon=True).start()
    text = (HERE / "guard.yaml").read_text().replace("8471", str(billing.server_address[1]))
    (folder / "guard.yaml").write_text(text)
    shutil.copy(HERE / "rules.cedar", folder)
    (folder / "billing.key").write_text(KEY)
    (folder / "billing.key").chmod(0o600)
    wired = build(load(folder / "guard.yaml"))
    try:
        async with serving(wired, dev_keys(wired)) as url:
            password = (folder / "state" / "keys" / "dev.key").read_bytes().hex()
            await application(f"{url}/http/billing", password)
    finally:
        wired.close()
        billing.shutdown()
        billing.server_close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(work(Path(name)))
