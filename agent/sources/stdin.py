"""The standard input as a source: what another program prints, read once."""

import io
import select
import sys
import uuid
from collections.abc import Iterator

from agent.settings import LONGEST_LINE
from agent.sources.lines import Lines
from agent.sources.records import Records
from agent.sources.source import Chunk, Source, SourceError
from agent.sources.unpack import Unpacked

PATIENCE = 0.2
"""How often it is looked whether to stop while nothing comes, in seconds."""


class StdinSource(Source):
    """Lines of JSON from a pipe. It cannot be read twice, so each run is one of its own."""

    kind = "file"
    resumes = False

    def __init__(
        self,
        *,
        node: str = "",
        longest_line: int = LONGEST_LINE,
        file: io.RawIOBase | None = None,
    ) -> None:
        super().__init__("-", uuid.uuid4().hex)
        self.records = Records(node)
        self._longest = longest_line
        self._file = file or io.FileIO(sys.stdin.fileno(), closefd=False)

    def chunks(self, position: bytes, most_bytes: int) -> Iterator[Chunk]:
        """Read to the end; positions are empty."""
        lines = Lines(self._longest)
        unpacked = Unpacked(_Patient(self._file, self), "-")
        blocks = iter(unpacked.read, b"")
        yield from self.records.chunks(blocks, lines, _nowhere, most_bytes)
        yield from self.records.cut(lines.finish(), lines, _nowhere, most_bytes)
        if self.records.skipped and not self.records.events:
            raise SourceError("-: no event in it")

    def summary(self) -> list[str]:
        """Say which lines and fields were left out."""
        return self.records.summary()


class _Patient(io.RawIOBase):
    """Reads `file`, and ends when `source` shall stop."""

    def __init__(self, file: io.RawIOBase, source: Source) -> None:
        self._file = file
        self._source = source

    def read(self, size: int = -1, /) -> bytes:
        while not self._source.stopping.is_set():
            if select.select([self._file], [], [], PATIENCE)[0]:
                return self._file.read(size) or b""
        return b""


def _nowhere(offset: int, lines: int) -> bytes:
    return b""
