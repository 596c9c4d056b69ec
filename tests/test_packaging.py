"""What `pip install .` installs: a wheel made from this tree, with everything that runs in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = tuple(sorted(path.parent.name for path in ROOT.glob("*/py.typed")))
SUFFIXES = (".py", ".pyi", ".proto", ".tcss", ".toml", ".typed", ".yaml")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, so that nothing is left in the tree."""
    tree, target = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for name in (*PACKAGES, "tests", "bench"):
        skipped = shutil.ignore_patterns("__pycache__", "data")
        shutil.copytree(ROOT / name, tree / name, ignore=skipped)
    for name in ("pyproject.toml", "README.md", "palomar.py"):
        shutil.copy(ROOT / name, tree / name)
    build = f"from setuptools.build_meta import build_wheel; build_wheel({str(target)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=tree, check=True, capture_output=True)
    [made] = target.glob("palomar-*.whl")
    return made


@pytest.fixture(scope="module")
def installed(
    wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Mapping[str, str]]:
    """Install the wheel alone; give where it is, and an environment that finds it there."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    offline = ["--no-index", "--disable-pip-version-check", "--target", str(target)]
    subprocess.run([*pip, *offline, str(wheel)], check=True)
    return target, {**os.environ, "PYTHONPATH": str(target)}


def test_everything_is_in_it_and_nothing_else(wheel: Path) -> None:
    sources = {
        str(path.relative_to(ROOT))
        for name in PACKAGES
        for path in (ROOT / name).rglob("*")
        if path.suffix in SUFFIXES
    }
    packed = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == sources | {"palomar.py"}


def test_the_packages_come_from_where_they_were_installed(
    installed: tuple[Path, Mapping[str, str]], tmp_path: Path
) -> None:
    target, environment = installed
    names = ("palomar", "agent.cli", "observe", "relay.settings", "proto.observer_pb2_grpc")
    say = f"import {', '.join(names)}, sys; print(*(sys.modules[n].__file__ for n in {names}))"
    done = subprocess.run(
        [sys.executable, "-c", say],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert all(Path(file).is_relative_to(target) for file in done.stdout.split())
    assert len(done.stdout.split()) == len(names)


@pytest.mark.parametrize("command", ["palomar", "observe"])
def test_the_commands_run(
    installed: tuple[Path, Mapping[str, str]], tmp_path: Path, command: str
) -> None:
    target, environment = installed
    done = subprocess.run(
        [sys.executable, str(target / "bin" / command), "--help"],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith(f"Usage: {command} ")
