"""Which files are to be read, and from where."""

import os
from pathlib import Path

import pytest

from agent.sources.place import HEAD, Place, fingerprint, unread

OLD = b"the old file: " + b"x" * 2 * HEAD
NEW = b"the new file"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.log"


def place(path: Path, offset: int) -> Place:
    """Make the place at an offset of a file."""
    head = path.read_bytes()[: min(offset, HEAD)]
    return Place(path.stat().st_ino, offset, 1, fingerprint(head))


def test_a_place_is_the_same_after_it_was_written_down(path: Path) -> None:
    path.write_bytes(OLD)
    made = place(path, 5)
    assert Place.read(made.position()) == made


@pytest.mark.parametrize("position", [b"", b"17", b"[1]", b"{}", b"{", b'{"offset": 1}'])
def test_what_is_no_place_means_the_start(position: bytes) -> None:
    assert Place.read(position) is None


@pytest.mark.parametrize("offset", [0, 1, HEAD - 1, HEAD, HEAD + 1, len(OLD)])
def test_a_file_that_grew_is_gone_on_with(path: Path, offset: int) -> None:
    path.write_bytes(OLD)
    was = place(path, offset)
    path.write_bytes(OLD + b"more")
    assert unread(path, was) == [(path, was)]


def test_a_file_that_is_shorter_or_begins_otherwise_is_read_from_its_start(path: Path) -> None:
    path.write_bytes(OLD)
    was = place(path, len(OLD))
    path.write_bytes(OLD[:-1])
    assert unread(path, was) == [(path, None)]
    path.write_bytes(NEW + OLD)
    assert unread(path, was) == [(path, None)]


@pytest.mark.parametrize(
    "name", ["events.log.1", "events.log-20260101", "events-2026-01-01T00-00-00.000.log"]
)
def test_the_rest_of_a_rotated_file_comes_first(path: Path, name: str) -> None:
    path.write_bytes(OLD)
    was = place(path, 20)
    old = path.with_name(name)
    path.rename(old)
    path.write_bytes(NEW)
    assert unread(path, was) == [(old, was), (path, None)]


def test_what_was_rotated_later_comes_in_between_and_nothing_else(path: Path) -> None:
    path.write_bytes(OLD)
    was = place(path, 20)
    names = ("events.log.3", "events.log.2", "events.log.1", "events.log.bak", "other.log.1")
    files = [path.with_name(name) for name in names]
    path.rename(files[1])
    for age, file in enumerate(files):
        if file != files[1]:
            file.write_bytes(NEW)
        os.utime(file, (age, age))
    path.write_bytes(NEW)
    assert unread(path, was) == [(files[1], was), (files[2], None), (path, None)]
