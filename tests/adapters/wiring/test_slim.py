"""A relay that holds a whole guard loads what it needs, and gives back what only loading needed."""

import subprocess
import sys

from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard_adapters.wiring.process import slim
from guard_adapters.wiring.process.slim import compiled, unwritten

NOT_NEEDED = {
    "email", "importlib.metadata", "zipfile",  # what looking for plugins takes
    "httpx", "httpx2", "httpcore2", "starlette", "uvicorn", "mcp", "mcp_types", "opentelemetry", "jinja2",
    "webauthn", "rich", "joserfc", "asyncpg", "aiosmtpd", "tenacity",
    "guard_adapters.console", "guard_adapters.demo", "guard_adapters.front.hooks.child", "guard_adapters.store.postgres",
    "guard.policy.mutate", "guard.policy.tables", "guard.replay", "guard.testing",
}  # fmt: skip
LOADED = """
import sys
from guard_adapters.wiring.process.slim import unplugged
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


def test_a_libc_that_lacks_what_glibc_has_and_a_kernel_that_tells_nothing_stop_no_guard(
    monkeypatch,
):
    def untold(_path, **_):
        raise FileNotFoundError

    monkeypatch.setattr(slim.ctypes, "CDLL", lambda _: object())
    monkeypatch.setattr(slim.Path, "read_text", untold)
    slim.give_back()


MAPPED = """\
1000-3000 {mode} 00000000 fe:00 260368                     {path}
Size:                  8 kB
Rss:                   8 kB
Private_Dirty:         0 kB
Anonymous:          {anonymous:>4} kB
Swap:               {swap:>4} kB
SwapPss:               0 kB
VmFlags: rd ex mr mw me
"""


def given_back(mode="r--p", path="/usr/lib/libcrypto.so.3", anonymous=0, swap=0):
    before, after = (MAPPED.format(mode="rw-p", path="", anonymous=4, swap=0) for _ in range(2))
    text = before + MAPPED.format(mode=mode, path=path, anonymous=anonymous, swap=swap) + after
    return [*unwritten(text)]


def test_code_and_constants_of_a_file_that_were_only_read_are_given_back():
    assert given_back() == given_back(mode="r-xp", path="/a b/c.so") == [(0x1000, 0x2000)]


def test_what_the_linker_wrote_stays_also_when_it_is_swapped_out():
    assert given_back(anonymous=4) == given_back(swap=4) == []


def test_what_can_be_written_and_what_is_in_no_file_stays():
    assert given_back(mode="rw-p") == given_back(mode="rw-s") == given_back(mode="r--s") == []
    assert given_back(path="") == given_back(path="[vdso]") == []
