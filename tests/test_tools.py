"""Tests whose tools cannot be had are left out, and counted."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFTEST = """
import sys
sys.path.insert(0, {root!r})
from tests import tools
tools.TOOLS.update(tmux=lambda: None, envoy=lambda: "here")
from tests.conftest import *
"""
TESTS = """
import pytest

@pytest.mark.tmux
def test_one(): raise AssertionError

@pytest.mark.envoy
def test_two(): pass

@pytest.mark.chromium
@pytest.mark.tmux
def test_three(): raise AssertionError
"""


def test_they_are_left_out_and_counted(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST.format(root=str(ROOT)))
    (tmp_path / "test_it.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml")]
    options = [f"--rootdir={tmp_path}", "-p", "no:cacheprovider", "test_it.py"]
    done = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 tests left out: tmux cannot be had here" in done.stdout
    assert "1 passed, 2 deselected" in done.stdout
