"""The thread that reads flows for the list, and the bounded buffer between the two.

The list takes from the buffer at its own pace. When it is full the thread waits, and so does the
server: a relay's history waits for who reads it, and of what comes live the relay leaves out the
oldest and says how many that were, in the stream. So no rate can drown the screen.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tui.list.window import Row
from tui.source import Source, SourceError, Stream

if TYPE_CHECKING:
    from proto.observer_pb2 import GetFlowsRequest

BUFFERED = 2_500
"""Rows that may wait for the list; at ten paints a second that is the most it ever takes."""


class Phase(Enum):
    """How a feed is doing."""

    CONNECTING = "connecting"
    READING = "reading"
    LOST = "lost"
    FAILED = "failed"
    ENDED = "ended"


@dataclass(frozen=True)
class State:
    """How a feed is doing: why it is not reading, and when it tries again, by `time.monotonic`."""

    phase: Phase = Phase.CONNECTING
    reason: str = ""
    retry_at: float | None = None


class Feed:
    """Reads what `make_request` asks of `source`, in a thread of its own, until it is closed."""

    def __init__(self, source: Source, make_request: "Callable[[], GetFlowsRequest]") -> None:
        self.state = State()
        self._source = source
        self._make_request = make_request
        self._rows: deque[Row] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._received = False
        self._stream: Stream | None = None
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def take(self) -> list[Row]:
        """Give the rows that have come, and make room for more."""
        with self._changed:
            rows = list(self._rows)
            self._rows.clear()
            self._changed.notify()
        return rows

    @property
    def buffered(self) -> int:
        """How many rows wait to be taken."""
        return len(self._rows)

    @property
    def done(self) -> bool:
        """Whether everything was read and taken."""
        return self.state.phase in (Phase.ENDED, Phase.FAILED) and not self._rows

    def close(self) -> None:
        """End the read, without waiting for the thread."""
        with self._changed:
            self._closed = True
            stream = self._stream
            self._changed.notify()
        if stream is not None:
            stream.close()

    def _run(self) -> None:
        from proto.backoff import Backoff

        backoff = Backoff()
        while not self._closed:
            try:
                self._read()
                self.state = State(Phase.ENDED)
                return
            except SourceError as error:
                if self._received or not self._source.follows:
                    self.state = State(Phase.FAILED, str(error))
                    return
                self._wait(str(error), backoff.next())

    def _read(self) -> None:
        """Read to the end, or to an error."""
        stream = self._source.flows(self._make_request(), self._lost)
        with self._changed:
            self._stream = stream
        if self._closed:
            stream.close()
        for batch in stream:
            self._received = True
            if self.state.phase is not Phase.READING:
                self.state = State(Phase.READING)
            if not self._put([response.SerializeToString() for response in batch]):
                return

    def _put(self, rows: list[Row]) -> bool:
        """Hand rows on, when there is room; False if nobody wants them any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._rows) < BUFFERED)
            self._rows.extend(rows)
            return not self._closed

    def _lost(self, reason: str, seconds: float) -> None:
        self.state = State(Phase.LOST, reason, time.monotonic() + seconds)

    def _wait(self, reason: str, seconds: float) -> None:
        """Wait before the next attempt, unless the feed is closed."""
        self._lost(reason, seconds)
        with self._changed:
            self._changed.wait_for(lambda: self._closed, seconds)
