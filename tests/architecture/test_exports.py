"""The public names resolve, and asking for the package loads nothing heavy."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version

import pytest

import guard

HEAVY = ("pydantic", "cedarpy", "mcp", "cryptography", "starlette", "opentelemetry", "yaml")


def loaded_by(statement: str) -> set[str]:
    """Return which heavy packages a fresh interpreter has loaded after this statement."""
    program = f"{statement}\nimport sys\nprint(*[n for n in {HEAVY!r} if n in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    return set(ran.stdout.split())


@pytest.mark.parametrize("name", [one for one in guard.__all__ if one != "__version__"])
def test_a_public_name_resolves(name: str) -> None:
    assert getattr(guard, name).__name__ == name if name != "Decision" else guard.Decision


def test_the_version_is_that_of_the_distribution() -> None:
    try:
        assert guard.__version__ == version("guardcall")
    except PackageNotFoundError:
        with pytest.raises(PackageNotFoundError):
            version("guardcall")


def test_every_public_name_is_listed() -> None:
    assert set(guard.__all__) <= set(dir(guard))
    assert sorted(guard.__all__) == list(guard.__all__)


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'Nope'"):
        _ = guard.Nope  # type: ignore[attr-defined]  # mypy sees it too: that is the point


def test_importing_the_guard_loads_nothing_heavy() -> None:
    assert loaded_by("import guard") == set()


def test_errors_and_model_load_nothing_heavy() -> None:
    assert loaded_by("import guard; guard.NotAllowed, guard.ToolCall, guard.Facts") == set()


def test_a_tool_server_that_verifies_tokens_loads_no_engine_and_no_pydantic() -> None:
    assert loaded_by("import guard.grant.verify") == {"cryptography"}
