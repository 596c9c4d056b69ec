"""Flows from a file or from standard input, read as a server is.

Lines of JSON, plain or packed with gzip or zstd, in their own order. What is not an event is left
out and counted.
"""

from collections.abc import Iterator

from observe.errors import ObserveError
from proto.fieldmask import keeper
from proto.filters import predicate
from proto.flow_pb2 import Flow
from proto.jsonlines import Reader
from proto.lines import Lines
from proto.observer_pb2 import (
    ExportEvent,
    GetAgentEventsRequest,
    GetDebugEventsRequest,
    GetFlowsRequest,
)
from proto.selection import Request, Selection, event_ns, is_counted, select
from proto.timestamps import from_ns
from proto.unpack import Damaged, Unpacked

LONGEST_LINE = 64 << 20
"""Bytes of the longest line that is read; a longer one is left out."""

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
        return [f"{self.path}: {said}" for said in self._reader.summary()]

    def _events(self) -> Iterator[ExportEvent]:
        lines = Lines(LONGEST_LINE)
        for line in _lines(self.path, lines):
            event = self._reader.read(line, lines.number - 1)
            if event is not None and event.WhichOneof("response_types") in self._kinds:
                self._look(event)
                yield event

    def _look(self, event: ExportEvent) -> None:
        """Count a flow, and widen the time that was looked at."""
        self.looked_at += is_counted(event)
        ns = event_ns(event)
        if ns is not None:
            self._oldest_ns = ns if self._oldest_ns is None else min(self._oldest_ns, ns)
            self._newest_ns = ns if self._newest_ns is None else max(self._newest_ns, ns)


def _lines(path: str, lines: Lines) -> Iterator[bytes | None]:
    """Give what `lines` makes of a file; ObserveError for one that cannot be read to its end."""
    try:
        stdin = path == "-"
        with open(0 if stdin else path, "rb", buffering=0, closefd=not stdin) as file:
            for block in iter(Unpacked(file).read, b""):
                yield from lines.feed(block)
            yield from lines.finish()
    except Damaged as error:
        raise ObserveError(f"{path}: {error.strerror}") from None
    except OSError as error:
        raise ObserveError(f"cannot read {path}: {error.strerror}") from None


def _time(ns: int) -> str:
    from observe.printers.clock import clock

    return clock("RFC3339Milli")(from_ns(ns))
