"""Where a file source stands: which file, how far, and how to find that file again under another
name.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import orjson

from proto.unpack import Unpacked

HEAD = 1024
"""Bytes at the start of a file by which it is known again, beside its inode."""

PACKED = (".gz", ".zst")
"""Endings of files that were packed after their rotation, and so have another inode."""


@dataclass(frozen=True)
class Place:
    """A place in a file: its inode, the (unpacked) bytes and lines before it, and a hash of the
    first of these bytes.

    The inode tells a file that was rotated from the new one at its path, whose content may begin
    with the same line. The hash tells a file that was cut and written anew, or got a used inode.
    The device is left out: its number changes between boots on some file systems.
    """

    inode: int
    offset: int = 0
    lines: int = 0
    head: str = ""

    @classmethod
    def read(cls, position: bytes) -> "Place | None":
        """Read a position as the relay keeps it; None at the very start, or for one that is not of
        this kind.
        """
        try:
            return cls(**orjson.loads(position)) if position else None
        except (ValueError, TypeError):
            return None

    def position(self) -> bytes:
        """Write it as `read` takes it."""
        return orjson.dumps(self.__dict__)

    def holds(self, path: Path) -> bool:
        """Whether the file at `path` begins with what was read before this place, and reaches
        it.
        """
        try:
            with path.open("rb", buffering=0) as file:
                unpacked = Unpacked(file)
                whole = unpacked.packed or os.fstat(file.fileno()).st_size >= self.offset
                return whole and fingerprint(read_head(unpacked)[: self.offset]) == self.head
        except OSError:
            return False


def fingerprint(head: bytes) -> str:
    """Hash the first bytes of a file."""
    return hashlib.sha256(head).hexdigest()[:32]


def read_head(unpacked: Unpacked) -> bytes:
    """Read the first bytes of a file that was just opened."""
    head = b""
    while len(head) < HEAD and (data := unpacked.read()):
        head += data
    return head[:HEAD]


def unread(path: Path, place: Place | None) -> list[tuple[Path, Place | None]]:
    """Give the files to read, oldest first, and where to begin in each, None for the start.

    Those are the file at `path`, and, when it is another one than that of `place`, the rest of that
    one, if it is still found beside it, and what was rotated after it.
    """
    if place is None:
        return [(path, None)]
    if _inode(path) == place.inode and place.holds(path):
        return [(path, place)]
    rotated = sorted(_rotated(path), key=_modified)
    for index, old in enumerate(rotated):
        likely = _inode(old) == place.inode or old.suffix in PACKED
        if likely and place.holds(old):
            later: list[tuple[Path, Place | None]] = [(p, None) for p in rotated[index + 1 :]]
            return [(old, place), *later, (path, None)]
    return [(path, None)]


def _rotated(path: Path) -> list[Path]:
    """Give the files beside `path` that carry its name and a number or a time, as rotation makes
    them.
    """
    name, stem, suffix = re.escape(path.name), re.escape(path.stem), re.escape(path.suffix)
    pattern = re.compile(rf"{name}[.-]\d.*|{stem}[.-]\d.*{suffix}(\.\w+)?")
    return [p for p in path.parent.iterdir() if p != path and pattern.fullmatch(p.name)]


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _modified(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
