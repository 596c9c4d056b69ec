import json
from pathlib import Path

import pytest

from tui.memory import HISTORY, Memory, Remembered, default_path


def test_what_is_remembered_is_there_in_the_next_run() -> None:
    remembered = Remembered()
    remembered.change(lambda memory: memory.used("--port 53").in_theme("nord").in_mode("map"))
    remembered.change(lambda memory: memory.named("dns", "--port 53").without_columns(["node"]))
    assert Remembered().now == Memory("nord", "map", ["node"], ["--port 53"], {"dns": "--port 53"})
    assert [each.name for each in default_path().parent.iterdir()] == ["dashboard.json"]


def test_what_another_run_remembers_stays() -> None:
    one, other = Remembered(), Remembered()
    one.change(lambda memory: memory.named("dns", "--port 53"))
    other.change(lambda memory: memory.named("web", "--port 80"))
    assert Remembered().now.saved == {"dns": "--port 53", "web": "--port 80"}


def test_the_filter_used_last_is_the_last_and_there_once() -> None:
    memory = Memory().used("a").used("b").used("a")
    assert memory.history == ["b", "a"]
    for number in range(2 * HISTORY):
        memory = memory.used(str(number))
    assert len(memory.history) == HISTORY


def test_a_filter_without_a_text_is_forgotten() -> None:
    assert Memory().named("a", "x").named("b", "y").named("a", "").saved == {"b": "y"}


@pytest.mark.parametrize(
    "found",
    [b"", b"{", b"[]", b"\xff", b'{"theme": 3, "history": [1], "saved": {"a": 1}, "new": 1}'],
)
def test_a_broken_file_is_as_none(found: bytes, tmp_path: Path) -> None:
    path = tmp_path / "dashboard.json"
    path.write_bytes(found)
    assert Remembered(path).now == Memory()


def test_of_a_file_what_makes_sense_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "dashboard.json"
    path.write_text(json.dumps({"theme": "nord", "hidden": "node"}))
    assert Remembered(path).now == Memory(theme="nord")


def test_a_file_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    remembered = Remembered(tmp_path / "file" / "dashboard.json")
    remembered.change(lambda memory: memory.in_mode("map"))
    assert remembered.now.mode == "map"
