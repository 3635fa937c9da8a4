"""The built wheel holds what it must, and works where nothing of the checkout is in sight."""

import importlib.util
import os
import shutil
import struct
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(
    *words: str | Path, cwd: Path, timeout_s: float = 30, check: bool = True
) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ran = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={**clean, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    assert ran.returncode == 0 or not check, f"{words}\n{ran.stdout}\n{ran.stderr}"
    return ran


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from a copy, so that the checkout gets no `dist`."""
    home = tmp_path_factory.mktemp("source")
    for name in ("guard", "adapters", "policies", "pyproject.toml", "README.md", "LICENSE"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, home / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, home)
    out = home / "dist"
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, home, cwd=home)
    (built,) = out.glob("*.whl")
    return built


def compiled(place: Path) -> None:
    """Give installed sources the bytecode of the checkout, where they are the same to the byte.

    To compile them takes longer than all that is asked of them here.
    """
    for package in ("guard", "guard_adapters"):
        for source in (place / package).rglob("*.py"):
            name = source.relative_to(place)
            own = ROOT / name if package == "guard" else ROOT / "adapters" / name
            made = Path(importlib.util.cache_from_source(str(own)))
            if not made.exists() or own.read_bytes() != source.read_bytes():
                continue
            said, code = made.read_bytes()[:16], made.read_bytes()[16:]
            was, now = own.stat(), source.stat()
            if said[4:] == struct.pack("<3I", 0, int(was.st_mtime), was.st_size):
                head = said[:4] + struct.pack("<3I", 0, int(now.st_mtime), now.st_size)
                to = Path(importlib.util.cache_from_source(str(source)))
                to.parent.mkdir(exist_ok=True)
                to.write_bytes(head + code)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a fresh environment with the wheel alone; what it needs is seen through a path file."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False, symlinks=True)
    place = run(
        home / "bin" / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))",
        cwd=home,
    ).stdout.strip()  # fmt: skip
    # What `pip --python` starts in the other environment, without a first pip that starts it.
    pip = Path(sysconfig.get_path("purelib")) / "pip" / "__pip-runner__.py"
    run(
        home / "bin" / "python", pip, "install", "--quiet", "--no-deps", "--no-index",
        "--no-compile", wheel, cwd=home,
    )  # fmt: skip
    compiled(Path(place))
    # After the wheel's own folder on the path, so that the wheel wins over an editable install.
    (Path(place) / "zz_dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home


def test_the_wheel_holds_both_packages_the_policies_and_the_marks_of_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    starters = {f"guard_adapters/{one.relative_to(ROOT)}" for one in ROOT.glob("policies/*.cedar")}
    assert starters
    assert names >= starters | {"guard/py.typed", "guard_adapters/py.typed"}
    sources = {
        path.relative_to(home).as_posix()
        for home in (ROOT, ROOT / "adapters")
        for package in ("guard", "guard_adapters")
        for path in (home / package).rglob("*.py")
    }
    assert {name for name in names if name.endswith(".py")} == sources


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"guard", "guard_adapters"}


def test_the_installed_command_is_the_wheels_own(installed: Path, tmp_path: Path) -> None:
    said = run(installed / "bin" / "guard", "--version", cwd=tmp_path).stdout
    assert said.split()[0] == "guard"
    assert said.split()[1][0].isdigit()
    where = run(
        installed / "bin" / "python", "-c",
        "import guard, guard_adapters; print(guard.__file__); print(guard_adapters.__file__)",
        cwd=tmp_path,
    ).stdout.split()  # fmt: skip
    assert all(Path(file).is_relative_to(installed) for file in where)


def test_a_starter_policy_is_found_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    found = run(
        installed / "bin" / "python", "-c",
        "from guard_adapters.wiring.load import starter; print(starter('baseline'))",
        cwd=tmp_path,
    ).stdout.strip()  # fmt: skip
    assert Path(found).is_relative_to(installed)


def test_a_policy_can_be_checked_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "guard.yaml").write_text(
        "version: 1\nguard: {policies: ['starter:mcp-proxy']}\nservers:\n  notes:\n"
        "    trust: trusted\n    tools:\n      list:\n        effect: [read]\n"
        "        input_schema: {type: object, properties: {}}\n        confirmed: true\n"
    )
    checked = run(installed / "bin" / "guard", "policy", "check", cwd=tmp_path, check=False)
    assert checked.returncode in {0, 1}, checked.stderr  # findings, but nothing that cannot load
    assert "policy_missing" not in checked.stdout + checked.stderr


def test_the_demo_plays_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    played = run(
        installed / "bin" / "guard", "demo", "--yes", cwd=tmp_path, timeout_s=50, check=False
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert list(tmp_path.iterdir()) == []  # it leaves nothing where it was called
