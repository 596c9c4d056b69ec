"""Reads history: what a request selects of the rings, merged into one order, in short readings.

No transaction is held while a client is waited for. What is evicted meanwhile is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from threading import Event
from typing import Literal

import numpy as np

from proto.filters import predicate
from proto.flow_pb2 import FlowFilter
from proto.observer_pb2 import ExportEvent
from proto.selection import Selection
from relay.file.connections import Readers
from relay.history.arrivals import arrivals, evicted
from relay.history.fetch import Blocks, Fetch
from relay.history.narrow import Narrow
from relay.history.plan import Part, Places
from relay.history.scan import Keep, Scanned, scan
from relay.history.sweep import After, Sweep
from relay.history.tree import ANY, In, Tree
from relay.rings.classes import EVENT, FLOWS, KINDS, LOST
from relay.rings.state import State
from relay.rings.stored import Stored

CHUNK = 256
"""Events fetched and handed out at first, so that the answer begins soon; then it doubles."""

FETCHED = 4096
"""Events fetched and handed out at once at most."""

HELD = 4096
"""Up to so many last events are held; for more, their beginning is looked for first."""


class History:
    """One query's view of the store. Raises InvalidFilter at once, StoreError when the file cannot
    be read."""

    def __init__(self, state: State, readers: Readers, blocks: Blocks) -> None:
        self._state = state
        self._readers = readers
        self._blocks = blocks
        self._looked: list[Part] = []
        self._stop = Event()

    def cancel(self) -> None:
        """End the answer that is being read, from any thread, even while nothing matches."""
        self._stop.set()

    def flows(
        self,
        selection: Selection,
        allow: Sequence[FlowFilter],
        deny: Sequence[FlowFilter],
        *,
        upto: int,
        after: After = None,
    ) -> Iterator[list[Stored]]:
        """Give flows and losses with `seq` up to `upto`, in order of (order_ns, seq).

        `after` leaves out the part of the same answer that was given before. Losses pass the
        filters and do not count; of the last so many flows, those between the first and the end
        come along.
        """
        return self._answer(selection, allow, deny, upto).select(selection, after)

    def arrivals(
        self,
        selection: Selection,
        allow: Sequence[FlowFilter],
        deny: Sequence[FlowFilter],
        *,
        above: int,
        upto: int,
    ) -> Iterator[list[Stored]]:
        """Give flows and losses in the range with `above` < `seq` <= `upto`, by `seq`."""
        return self._answer(selection, allow, deny, upto).arrived(above)

    def _answer(
        self,
        selection: Selection,
        allow: Sequence[FlowFilter],
        deny: Sequence[FlowFilter],
        upto: int,
    ) -> Answer:
        tree, keep = self._narrowed(allow, deny)
        parts = self._parts(selection, upto, tree)
        self._looked = parts[:]
        parts.append(Part(self._state.rings[LOST], selection, upto))
        return self._read(parts, keep)

    def _narrowed(
        self, allow: Sequence[FlowFilter], deny: Sequence[FlowFilter]
    ) -> tuple[Tree, Keep]:
        """Give the condition on columns, and the filters where it does not decide alone."""
        keep = predicate(allow, deny)
        if keep is None:
            return ANY, None
        narrow = Narrow(allow, deny, self._state.dimensions)
        return narrow.tree, None if narrow.exact else keep

    def _parts(self, selection: Selection, upto: int, tree: Tree) -> list[Part]:
        return [Part(self._state.rings[number], selection, upto, tree) for number in FLOWS]

    def _read(self, parts: Sequence[Part], keep: Keep) -> Answer:
        return Answer(self._readers, self._fetched(parts), parts, keep, self._stop)

    def _fetched(self, parts: Sequence[Part]) -> Fetch:
        tails = {part.ring.number: part.view.tail for part in parts}
        return Fetch(self._readers, self._blocks, tails)

    def columns(
        self,
        selection: Selection,
        allow: Sequence[FlowFilter],
        deny: Sequence[FlowFilter],
        names: Sequence[str],
        *,
        upto: int,
    ) -> Iterator[Scanned]:
        """Give columns of the flows in the range with `seq` up to `upto`, many at once, the newest
        blocks first; at least the columns named and those that tell places."""
        tree, keep = self._narrowed(allow, deny)
        parts = self._parts(selection, upto, tree)
        return scan(self._readers, self._fetched(parts), parts, keep, names, self._stop)

    def count(self, selection: Selection, *, upto: int) -> int:
        """Count the flows in the range."""
        parts = self._parts(selection, upto, ANY)
        with self._readers.borrow() as connection:
            return sum(part.count(connection) for part in parts)

    @property
    def looked_at(self) -> int:
        """Flows in the asked range, before the filters."""
        with self._readers.borrow() as connection:
            return sum(part.count(connection) for part in self._looked)

    def evicted(self, above: int, upto: int) -> int:
        """Count the events with `above` < `seq` <= `upto` that are no longer stored."""
        parts = [Part(ring, Selection(), upto) for ring in self._state.rings]
        return evicted(self._readers, parts, above, upto)

    def events(
        self, kind: Literal["agent", "debug"], selection: Selection, *, upto: int
    ) -> Iterator[list[Stored]]:
        """Give agent events or debug events, as `flows` gives flows."""
        tree: Tree = In("kind", {KINDS[f"{kind}_event"]})
        part = Part(self._state.rings[EVENT], selection, upto, tree)
        return self._read([part], None).select(selection, None)


class Answer:
    """What is selected of some parts of rings."""

    def __init__(
        self, readers: Readers, fetch: Fetch, parts: Sequence[Part], keep: Keep, stop: Event
    ) -> None:
        self._readers = readers
        self._fetch = fetch
        self._parts = parts
        self._keep = keep
        self._stop = stop

    def select(self, selection: Selection, after: After) -> Iterator[list[Stored]]:
        """Give the answer in chunks, some of them empty: after each, others may have their turn."""
        number = selection.number
        if number is None:
            return self._kept(1, after)
        if selection.first:
            return _behind(after, _first(self._kept(1, None, number), number))
        if number <= HELD:
            return _behind(after, self._last(number))
        before = self._before_last(number)
        return self._kept(1, max(before, after) if before and after else before or after)

    def arrived(self, above: int) -> Iterator[list[Stored]]:
        """Give what arrived after the seq `above`, by seq."""
        places = arrivals(self._readers, self._parts, above)
        while window := list(islice(places, CHUNK)):
            if kept := self._filter(self._fetch.events(np.array(window).T, 1)):
                yield kept

    def _windows(self, sign: int, after: After) -> Iterator[Places]:
        return Sweep(self._readers, self._parts, sign, after, self._stop).windows()

    def _kept(self, sign: int, after: After, number: int = CHUNK) -> Iterator[list[Stored]]:
        """Give all that the filters keep, forwards or backwards; `number` may be enough."""
        size = CHUNK if self._keep else min(number, CHUNK)
        for window in self._windows(sign, after):
            start = 0
            if not window.shape[1]:
                yield []
            while start < window.shape[1] and not self._stop.is_set():
                yield self._filter(self._fetch.events(window[:, start : start + size], sign))
                start += size
                size = min(2 * size, FETCHED)

    def _filter(self, events: list[Stored]) -> list[Stored]:
        keep = self._keep
        if keep is None:
            return events
        parse = ExportEvent.FromString
        return [e for e in events if e.ring == LOST or keep(parse(e.event).flow)]

    def _last(self, number: int) -> Iterator[list[Stored]]:
        backwards: list[Stored] = []
        for events in _first(self._kept(-1, None, number), number):
            backwards += events
            yield []
        yield backwards[::-1]

    def _before_last(self, number: int) -> After:
        """Give the place just before the last `number` that count, None when there are not more
        than that."""
        left = number
        for orders, seqs in self._counted():
            if left <= len(orders):
                return orders[left - 1], seqs[left - 1] - 1
            left -= len(orders)
        return None

    def _counted(self) -> Iterator[tuple[list[int], list[int]]]:
        """Give order times and seqs of all that count, backwards."""
        if self._keep is None:
            for window in self._windows(-1, None):
                orders, seqs = (-window[:2, window[2] != LOST]).tolist()
                yield orders, seqs
            return
        for kept in self._kept(-1, None):
            counted = [e for e in kept if e.ring != LOST]
            yield [e.order_ns for e in counted], [e.seq for e in counted]


def _first(lists: Iterator[list[Stored]], number: int) -> Iterator[list[Stored]]:
    """Stop after so many that count: losses do not."""
    for events in lists if number else ():
        counted = [index for index, event in enumerate(events) if event.ring != LOST]
        if len(counted) >= number:
            yield events[: counted[number - 1] + 1]
            return
        number -= len(counted)
        yield events


def _behind(after: After, lists: Iterator[list[Stored]]) -> Iterator[list[Stored]]:
    """Leave out what was given before."""
    for events in lists:
        yield [e for e in events if after is None or (e.order_ns, e.seq) > after]
