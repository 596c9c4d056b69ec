"""The spool: what was read and is not committed yet, bounded, in order, each event with its
ordinal.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from agent.loss import lost
from agent.sources.source import Chunk


class Entry(NamedTuple):
    """A chunk in the spool: the ordinal of its first event, and its size in bytes."""

    ordinal: int
    chunk: Chunk
    size: int

    @property
    def end(self) -> int:
        """Ordinal after its last event."""
        return self.ordinal + len(self.chunk.events)


class Spool:
    """Chunks between a source, which puts them in from its thread, and the relay, which
    acknowledges them.

    At most `most_events` and `most_bytes` are held, or one chunk, if that alone is more. `wake` is
    called after each change that the sender may wait for, from whatever thread made it. `node` is
    named in losses.
    """

    def __init__(
        self,
        most_events: int,
        most_bytes: int,
        *,
        node: str = "",
        ordinal: int = 0,
        wake: Callable[[], object] = lambda: None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.most_events = most_events
        self.most_bytes = most_bytes
        self.node = node
        self.stored = 0
        """Events that were acknowledged, ever."""
        self._acked = ordinal
        self.next_ordinal = ordinal
        self.lost = 0
        """Events that did not fit, ever."""
        self._wake = wake
        self._clock = clock
        self._entries: deque[Entry] = deque()
        self._sent = 0
        self._bytes = 0
        self._loss: tuple[int, int, int] | None = None
        self._ended = False
        self._closed = False
        self._changed = threading.Condition()

    def put(self, chunk: Chunk, *, wait: bool) -> bool:
        """Take a chunk; where it does not fit, wait until it does, or count it as lost. False: the
        spool is closed.
        """
        size = chunk.size
        with self._changed:
            while wait and not self._fits(chunk, size) and not self._closed:
                self._changed.wait()
            if self._closed:
                return False
            if self._fits(chunk, size):
                self._append(self._with_loss(chunk))
            else:
                self._count_loss(len(chunk.events))
        self._wake()
        return True

    def end(self) -> None:
        """Say that nothing more will be put in; a loss that was not told yet is put last."""
        with self._changed:
            if self._loss:
                self._append(self._with_loss(Chunk([], self._last_position())))
            self._ended = True
        self._wake()

    def close(self) -> None:
        """Take nothing any more; whoever waits in `put` is let go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def next(self, window: int) -> Entry | None:
        """Give the next chunk to send, or None when there is none, or `window` chunks are on their
        way.
        """
        with self._changed:
            if self._sent >= min(window, len(self._entries)):
                return None
            self._sent += 1
            return self._entries[self._sent - 1]

    def ack(self, ordinal: int) -> None:
        """Let go of every chunk that is committed as a whole."""
        with self._changed:
            while self._entries and self._entries[0].end <= ordinal:
                self._bytes -= self._entries.popleft().size
                self._sent = max(0, self._sent - 1)
            self.stored += max(0, ordinal - self._acked)
            self._acked = max(self._acked, ordinal)
            self._changed.notify_all()
        self._wake()

    def resume(self, ordinal: int) -> bool:
        """Start sending again from `ordinal`; False when what comes next is not here."""
        with self._changed:
            first = self._entries[0].ordinal if self._entries else self.next_ordinal
            if not first <= ordinal <= self.next_ordinal:
                return False
            self._sent = 0
        self.ack(ordinal)
        return True

    def renumber(self, ordinal: int) -> None:
        """Give what is held new ordinals, from `ordinal` on, and start sending again."""
        with self._changed:
            held = [entry.chunk for entry in self._entries]
            self._entries.clear()
            self._sent = self._bytes = 0
            self._acked = self.next_ordinal = ordinal
            for chunk in held:
                self._append(chunk)
        self._wake()

    @property
    def finished(self) -> bool:
        """Whether the source has ended, and everything is committed."""
        return self._ended and not self._entries

    def __len__(self) -> int:
        return self.next_ordinal - (
            self._entries[0].ordinal if self._entries else self.next_ordinal
        )

    def _fits(self, chunk: Chunk, size: int) -> bool:
        if not self._entries:
            return True
        fits = len(self) + len(chunk.events) <= self.most_events
        return fits and self._bytes + size <= self.most_bytes

    def _append(self, chunk: Chunk) -> None:
        entry = Entry(self.next_ordinal, chunk, chunk.size)
        self._entries.append(entry)
        self._bytes += entry.size
        self.next_ordinal = entry.end

    def _count_loss(self, count: int) -> None:
        now = self._clock()
        before, first, _ = self._loss or (0, now, now)
        self._loss = (before + count, first, now)
        self.lost += count

    def _with_loss(self, chunk: Chunk) -> Chunk:
        """Put the event that tells of a loss before what comes after it."""
        if self._loss is None:
            return chunk
        (count, first, last), self._loss = self._loss, None
        return Chunk([lost(count, self.node, first, last), *chunk.events], chunk.position)

    def _last_position(self) -> bytes:
        return self._entries[-1].chunk.position if self._entries else b""
