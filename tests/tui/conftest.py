"""What every test of the dashboard runs under: nobody's settings, nothing moving; and `snap`."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

Scene = Coroutine[Any, Any, str]
Snap = Callable[[Scene], None]

GENERATED = re.compile(r"terminal-\d+")


class Picture(SingleFileSnapshotExtension):
    """A screenshot in a file of its own."""

    _write_mode = WriteMode.TEXT
    file_extension = "svg"


@pytest.fixture(autouse=True)
def nobodys_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STATE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture
def snap(snapshot: SnapshotAssertion) -> Snap:
    """Play a scene, which gives a screenshot (`tests.tui.scenes.picture`), and compare that with
    the one in `__snapshots__`; `--snapshot-update` writes it anew. The test has no event loop.
    """

    def compare(scene: Scene) -> None:
        drawn = GENERATED.sub("terminal", asyncio.run(scene))
        assert drawn == snapshot(extension_class=Picture)

    return compare
