"""Flows from a file or from standard input, read as a server is.

Lines of JSON, plain or packed with gzip or zstd, in their own order. What is not an event is left
out and counted.
"""

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from io import BufferedReader
from typing import IO, cast

from observe.errors import ObserveError
from proto.fieldmask import keeper
from proto.filters import predicate
from proto.flow_pb2 import Flow
from proto.jsonlines import InvalidLine, Reader
from proto.observer_pb2 import (
    ExportEvent,
    GetAgentEventsRequest,
    GetDebugEventsRequest,
    GetFlowsRequest,
)
from proto.selection import Request, Selection, event_ns, is_counted, select
from proto.timestamps import from_ns

LONGEST_LINE = 64 << 20
"""Bytes of the longest line that is read; a longer one is left out."""

MARK = b"\xef\xbb\xbf"
"""What some editors put before the first line."""


KINDS: dict[type[Request], tuple[str, ...]] = {
    GetFlowsRequest: ("flow", "lost_events", "node_status"),
    GetAgentEventsRequest: ("agent_event",),
    GetDebugEventsRequest: ("debug_event",),
}
"""What answers each request."""


class FileSource:
    """Reads the events of the file at `path`, or of standard input if that is `-`, once."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.looked_at = 0
        """How many flows or events were read so far, whether or not they matched."""
        self._oldest_ns: int | None = None
        self._newest_ns: int | None = None
        self._kinds: tuple[str, ...] = ()
        self._skipped = 0
        self._first_skipped = ""
        self._reader = Reader()

    def responses(self, request: Request) -> Iterator[list[ExportEvent]]:
        """Give what is asked for, which the type of the request says, one at a time.

        Raise ObserveError for a file that cannot be read to its end, InvalidFilter for a filter
        that cannot be built.
        """
        self._kinds = KINDS[type(request)]
        selection = Selection.of(request)
        if not isinstance(request, GetFlowsRequest):
            yield from ([event] for event in select(self._events(), selection))
            return
        kept = predicate(request.whitelist, request.blacklist)
        mask = keeper(Flow, request.field_mask.paths)
        for event in select(self._events(), selection, kept):
            if request.HasField("field_mask") and event.HasField("flow"):
                event.flow.CopyFrom(mask(event.flow))
            yield [event]

    def hint(self) -> str:
        """Say what was looked at, for when nothing matched."""
        span = ""
        if self._oldest_ns is not None and self._newest_ns is not None:
            span = f", from {_time(self._oldest_ns)} to {_time(self._newest_ns)}"
        count = self.looked_at
        said = "1 flow or event was" if count == 1 else f"{count:,} flows or events were"
        return f"nothing matched; {said} looked at{span}"

    def notes(self) -> list[str]:
        """Say what was left out, a line each."""
        said = []
        if self._skipped:
            lines = "1 line" if self._skipped == 1 else f"{self._skipped:,} lines"
            said.append(f"{self.path}: {lines} skipped, first {self._first_skipped}")
        if unknown := self._reader.unknown:
            names = ", ".join(name for name, _ in unknown.most_common(3))
            said.append(f"{self.path}: {unknown.total():,} unknown fields left out ({names})")
        return said

    def _events(self) -> Iterator[ExportEvent]:
        for number, line in enumerate(self._lines(), 1):
            if not line or line.isspace():
                continue
            try:
                event = self._reader.parse(line)
            except InvalidLine as error:
                self._skip(number, error)
                continue
            if event.WhichOneof("response_types") in self._kinds:
                self._look(event)
                yield event

    def _look(self, event: ExportEvent) -> None:
        """Count a flow, and widen the time that was looked at."""
        self.looked_at += is_counted(event)
        ns = event_ns(event)
        if ns is not None:
            self._oldest_ns = ns if self._oldest_ns is None else min(self._oldest_ns, ns)
            self._newest_ns = ns if self._newest_ns is None else max(self._newest_ns, ns)

    def _skip(self, number: int, error: InvalidLine) -> None:
        self._skipped += 1
        self._first_skipped = self._first_skipped or f"line {number}: {error}"

    def _lines(self) -> Iterator[bytes]:
        """Give each line; one that is too long only in part, so that it is no event."""
        with _readable(self.path) as file:
            line = file.readline(LONGEST_LINE).removeprefix(MARK)
            while line:
                yield line
                while len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                    line = file.readline(LONGEST_LINE)
                line = file.readline(LONGEST_LINE)


@contextmanager
def _readable(path: str) -> Iterator[IO[bytes]]:
    """Open a file as the bytes that it means; ObserveError for one that cannot be read."""
    try:
        with nullcontext(sys.stdin.buffer) if path == "-" else open(path, "rb") as file:
            yield _unpacked(file)
    except EOFError:
        raise ObserveError(f"{path}: the compressed file is cut off") from None
    except _damages() as error:
        raise ObserveError(f"{path}: damaged: {error}") from None
    except OSError as error:
        raise ObserveError(f"cannot read {path}: {error.strerror}") from None


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    """Tell gzip and zstd by the first bytes, and unpack them."""
    magic = cast(BufferedReader, file).peek(4)[:4]
    if magic.startswith(b"\x1f\x8b"):
        return cast(IO[bytes], gzip.GzipFile(fileobj=file))
    if magic == b"\x28\xb5\x2f\xfd":
        return _zstd(file)
    return file


def _zstd(file: IO[bytes]) -> IO[bytes]:
    import zstandard

    reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
    return cast(IO[bytes], BufferedReader(reader))


def _damages() -> tuple[type[Exception], ...]:
    """Give what the libraries raise for damage; that of zstd only if it is in use."""
    zstd = sys.modules.get("zstandard")
    return (zlib.error, gzip.BadGzipFile, *([zstd.ZstdError] if zstd else []))


def _time(ns: int) -> str:
    from observe.printers.clock import clock

    return clock("RFC3339Milli")(from_ns(ns))
