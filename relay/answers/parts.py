"""What answers are made of, and how history is read in parts."""

import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from proto.reader_pb2 import Coverage
from proto.timestamps import from_ns
from relay.answers.requests import Query
from relay.live.losses import fold, overtaken
from relay.rings.classes import FLOWS, RINGS
from relay.rings.stored import Stored
from relay.settings import Settings
from relay.store import Store

PAUSE = 0.05
"""Seconds that a query rests at most after each step while batches wait to be written."""


class Place(NamedTuple):
    """Where an answer stands: as a cursor says it, but for the relay's identity."""

    snapshot: int
    order_ns: int
    seq: int
    live: bool

    def within(self, last: int) -> "Place":
        """Give the same place in a store whose last seq is `last`.

        After a power cut the last moments may be missing, and their seqs are given out anew.
        """
        seq = min(self.seq, last) if self.live else self.seq
        return self._replace(snapshot=min(self.snapshot, last), seq=seq)

    def at_live(self, seq: int) -> "Place":
        """Give the place behind the event `seq` in the live part."""
        return self._replace(order_ns=0, seq=seq, live=True)


class Part(NamedTuple):
    """Rendered events of an answer, and the place after them; `coverage` closes the history."""

    events: Sequence[bytes]
    place: Place
    coverage: Coverage | None = None


class Reading:
    """What one answer reads from the store, step by step, each in whatever thread.

    `cancel` may come from anywhere, also during a step.
    """

    def __init__(
        self, store: Store, query: Query, place: Place, last: int | None, settings: Settings
    ) -> None:
        self._store = store
        self._query = query
        self._settings = settings
        self._history = store.history()
        self._parts = self._past(place) if last is None else self._missed(place, last)

    def step(self) -> Part | None:
        """Read the next part; one without events where nothing was found yet; None at the end."""
        began = time.monotonic()
        part = next(self._parts, None)
        if self._store.waiting[0]:
            # What arrives goes first: both need the interpreter, and a query can wait.
            time.sleep(min(time.monotonic() - began, PAUSE))
        return part

    def cancel(self) -> None:
        """Give up; a step that is being made ends soon."""
        self._history.cancel()

    def _past(self, place: Place) -> Iterator[Part]:
        """Read the history from a place on, and say what was looked at."""
        after = place.order_ns, place.seq
        nothing = Part([], place)
        for chunk in self._query.history(self._history, place.snapshot, after):
            for piece in _cut(chunk, self._settings.answer_bytes):
                last = piece[-1]
                yield self._part(piece, Place(place.snapshot, last.order_ns, last.seq, False))
            if not chunk:
                yield nothing
        yield Part([], place.at_live(place.snapshot), self._coverage())

    def _missed(self, place: Place, last: int) -> Iterator[Part]:
        """Read what arrived after a place up to the seq `last`, in order of arrival.

        What was evicted in between is told first, as lost.
        """
        gone = self._history.evicted(place.seq, last) if self._query.kind == "flow" else 0
        if gone:
            loss = overtaken(self._settings.node_name, gone, time.time_ns())
            yield Part([loss.SerializeToString()], place)
        for chunk in self._query.arrivals(self._history, place.seq, last):
            for piece in _cut(chunk, self._settings.answer_bytes):
                yield self._part(piece, place.at_live(piece[-1].seq))

    def _coverage(self) -> Coverage | None:
        return coverage(self._store, self._history.looked_at) if self._query.surveyed else None

    def _part(self, piece: Sequence[Stored], place: Place) -> Part:
        return Part(self._query.rendered(fold(piece)), place)


def _cut(chunk: Sequence[Stored], size: int) -> Iterator[Sequence[Stored]]:
    """Cut a chunk into pieces of about `size` bytes; one event is the least."""
    first, ends = 0, list(accumulate(len(stored.event) for stored in chunk))
    while first < len(chunk):
        before = ends[first - 1] if first else 0
        end = max(first + 1, bisect_right(ends, before + size))
        yield chunk[first:end]
        first = end


def coverage(store: Store, looked_at: int) -> Coverage:
    """Say what an answer was drawn from."""
    flows = [state for state in store.ring_states() if RINGS.index(state.name) in FLOWS]
    made = Coverage(stored=sum(state.flows for state in flows), looked_at=looked_at)
    oldest = [state.oldest_ns for state in flows if state.oldest_ns is not None]
    newest = [state.newest_ns for state in flows if state.newest_ns is not None]
    if oldest and newest:
        made.oldest.CopyFrom(from_ns(min(oldest)))
        made.newest.CopyFrom(from_ns(max(newest)))
    return made
