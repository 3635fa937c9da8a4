"""A relay that holds a whole guard loads what it needs, and gives back what only loading needed."""

import subprocess
import sys

from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard_adapters.wiring.slim import compiled

NOT_NEEDED = {
    "email", "importlib.metadata", "zipfile",  # what looking for plugins takes
    "httpx", "httpx2", "httpcore2", "starlette", "uvicorn", "mcp", "mcp_types", "opentelemetry", "jinja2",
    "webauthn", "rich", "joserfc", "asyncpg", "aiosmtpd", "tenacity",
    "guard_adapters.console", "guard_adapters.demo", "guard_adapters.front.hooks.child", "guard_adapters.store.postgres",
    "guard.policy.mutate", "guard.policy.tables", "guard.replay", "guard.testing",
}  # fmt: skip
LOADED = """
import sys
from guard_adapters.wiring.slim import unplugged
unplugged()
import guard_adapters.wiring.alone
from pydantic import BaseModel
class Read(BaseModel): number: int
assert Read.model_validate_json('{"number": 1}').number == 1
print(*sys.modules)
"""


def test_a_standalone_relay_loads_nothing_that_it_does_not_need():
    ran = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=60
    )
    assert NOT_NEEDED & set(ran.stdout.split()) == set()


def test_policies_are_read_as_before_once_the_pages_were_given_back():
    catalog = read_catalog({"version": 1, "servers": {"a": {"tools": {"t": {"effect": ["read"]}}}}})
    text = {"all.cedar": '@id("ALL") @reason("open") permit (principal, action, resource);'}
    before = compile_bundle(text, catalog)
    compiled()
    after = compile_bundle(text, catalog)
    assert (after.digest, list(after.slices)) == (before.digest, list(before.slices))
