"""Pipes as sources, the standard input among them: what another program prints, read once."""

import io
import select
import uuid
from collections.abc import Iterator

from agent.settings import LONGEST_LINE
from agent.sources.records import Records
from agent.sources.source import Chunk, Source, SourceError
from proto.lines import Lines
from proto.unpack import Unpacked

PATIENCE = 0.2
"""How often it is looked whether to stop while nothing comes, in seconds."""


class PipeSource(Source):
    """Lines of JSON from `pipe`. It cannot be read twice, so each run is one of its own."""

    kind = "file"
    ends = True
    resumes = False

    def __init__(
        self,
        name: str,
        pipe: io.RawIOBase,
        *,
        node: str = "",
        longest_line: int = LONGEST_LINE,
    ) -> None:
        super().__init__(name, uuid.uuid4().hex)
        self.records = Records(node)
        self._longest = longest_line
        self._pipe = pipe

    def chunks(self, position: bytes, most_bytes: int) -> Iterator[Chunk]:
        """Read to the end; positions are empty."""
        try:
            yield from self._read(Lines(self._longest), most_bytes)
        except OSError as error:
            raise SourceError(f"{self.name}: {error.strerror}") from None
        if self.records.reader.skipped and not self.records.events:
            raise SourceError(f"{self.name}: no event in it")

    def summary(self) -> list[str]:
        """Say which lines and fields were left out."""
        return self.records.reader.summary()

    def _read(self, lines: Lines, most_bytes: int) -> Iterator[Chunk]:
        blocks = iter(Unpacked(_Patient(self._pipe, self)).read, b"")
        yield from self.records.chunks(blocks, lines, _nowhere, most_bytes)
        yield from self.records.cut(lines.finish(), lines, _nowhere, most_bytes)


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
