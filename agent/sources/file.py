"""The file source: lines of JSON as Hubble prints or exports them, through rotation, truncation and
restarts.
"""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from agent.settings import LONGEST_LINE
from agent.sources.place import HEAD, Place, fingerprint, read_head, unread
from agent.sources.records import Records
from agent.sources.source import Chunk, Source, SourceError
from proto.lines import Lines
from proto.unpack import Unpacked

POLL = 0.1
"""How often a file that is followed is looked at, in seconds."""


class FileSource(Source):
    """One file. Its name is its absolute, real path: giving it again goes on where the relay
    stands.
    """

    kind = "file"

    def __init__(
        self,
        path: Path,
        *,
        run: str = "",
        node: str = "",
        follow: bool = False,
        longest_line: int = LONGEST_LINE,
    ) -> None:
        self.path = path.resolve()
        super().__init__(os.fsencode(self.path).decode(errors="backslashreplace"), run)
        self.follow = follow
        self.ends = not follow
        self.records = Records(node)
        self.on_read: Callable[[int], None] = lambda count: None
        """Told how many bytes of the file were read, each time."""
        self._longest = longest_line
        self._from_start = False

    def chunks(self, position: bytes, most_bytes: int) -> Iterator[Chunk]:
        """Read what is left of the file and of those it was rotated to, and with `follow` what
        comes after.
        """
        try:
            files = unread(self.path, Place.read(position))
        except OSError as error:
            raise SourceError(f"{self.path}: {error.strerror}") from None
        self._from_start = files[0][1] is None
        while files and not self.stopping.is_set():
            path, place = files.pop(0)
            yield from self._read(path, place, most_bytes, last=not files)
            if self.follow and not files:
                files = [(self.path, None)]
        if self._from_start and self.records.reader.skipped and not self.records.events:
            raise SourceError(f"{self.path}: no event in it")

    def summary(self) -> list[str]:
        """Say which lines and fields were left out."""
        return self.records.reader.summary()

    def _read(
        self, path: Path, place: Place | None, most_bytes: int, last: bool
    ) -> Iterator[Chunk]:
        """Read one file to its end, or as long as it is the one at the path."""
        try:
            with self._open(path) as file:
                yield from self._read_open(_Opened(file, path, place), most_bytes, last)
        except OSError as error:
            raise SourceError(f"{path}: {error.strerror}") from None

    def _read_open(self, opened: "_Opened", most_bytes: int, last: bool) -> Iterator[Chunk]:
        self.on_read(opened.taken())
        lines = Lines(self._longest, opened.start.offset, opened.start.lines + 1)
        blocks = self._blocks(opened, follow=self.follow and last)
        yield from self.records.chunks(blocks, lines, opened.position, most_bytes)
        if not self.stopping.is_set() and not opened.cut:
            yield from self.records.cut(lines.finish(), lines, opened.position, most_bytes)

    def _open(self, path: Path) -> io.FileIO:
        """Open a file; one that is followed may be away for a while."""
        while True:
            try:
                return path.open("rb", buffering=0)
            except FileNotFoundError:
                if not self.follow or self.stopping.wait(POLL):
                    raise

    def _blocks(self, opened: "_Opened", follow: bool) -> Iterator[bytes]:
        """Give what is in the file, and with `follow` what is added, until another file is at its
        path.
        """
        waited = ended = False
        while not self.stopping.is_set():
            data = opened.read()
            if follow and (waited or not data) and opened.was_cut():
                return  # what was just read is from the middle of something else
            if data:
                self.on_read(opened.taken())
                yield data
            elif not follow or ended:
                return
            else:
                ended = opened.was_replaced()
                waited = not ended and not self.stopping.wait(POLL)


class _Opened:
    """An open file, from where reading starts."""

    def __init__(self, file: io.FileIO, path: Path, place: Place | None) -> None:
        self.path = path
        self.unpacked = Unpacked(file)
        self.inode = os.fstat(file.fileno()).st_ino
        self.start = place or Place(self.inode)
        self.cut = False
        self._file = file
        self._head = b""
        self._told = 0
        self._ahead = self._skip() if place else b""

    def read(self) -> bytes:
        """Give the next bytes, empty when there are none for the moment."""
        data, self._ahead = self._ahead or self.unpacked.read(), b""
        if len(self._head) < HEAD:
            self._head += data[: HEAD - len(self._head)]
        return data

    def taken(self) -> int:
        """Give how many raw bytes were read since this was asked last."""
        told, self._told = self._told, self.unpacked.raw_bytes
        return self._told - told

    def position(self, offset: int, lines: int) -> bytes:
        """Make the position at an offset that was read."""
        return Place(self.inode, offset, lines, fingerprint(self._head[:offset])).position()

    def was_cut(self) -> bool:
        """Tell, and remember, whether the file was truncated, or begins differently by now."""
        if self.unpacked.packed:
            return False
        size = os.fstat(self._file.fileno()).st_size
        head = os.pread(self._file.fileno(), len(self._head), 0)
        self.cut = size < self._file.tell() or head != self._head
        return self.cut

    def was_replaced(self) -> bool:
        """Tell whether another file is at the path."""
        try:
            return self.path.stat().st_ino != self.inode
        except OSError:
            return False

    def _skip(self) -> bytes:
        """Go to the start; the head is read on the way."""
        with self.path.open("rb", buffering=0) as again:
            self._head = read_head(Unpacked(again))[: self.start.offset]
        return self.unpacked.skip(self.start.offset)
