"""What the thin relay loads decides what every agent pays for every server."""

import subprocess
import sys

HEAVY = {"mcp", "mcp_types", "pydantic", "cedarpy", "httpx", "httpcore2", "starlette", "joserfc",
         "cryptography", "sqlite3", "opentelemetry", "yaml", "rich", "anyio"}  # fmt: skip


def loaded(module: str) -> set[str]:
    code = f"import sys, {module}; print(' '.join({{m.split('.')[0] for m in sys.modules}}))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_the_attached_relay_loads_no_protocol_library_no_models_and_no_engine() -> None:
    assert loaded("guard_adapters.front.mcp.stdio.run") & HEAVY == set()


def test_the_standalone_relay_brings_no_protocol_library_either() -> None:
    assert (
        loaded("guard_adapters.front.mcp.stdio.standalone") & {"mcp", "mcp_types", "httpx"} == set()
    )


def test_the_gate_before_an_application_of_any_make_brings_no_protocol_library() -> None:
    assert loaded("guard_adapters.front.asgi_verify") & {"mcp", "mcp_types"} == set()
