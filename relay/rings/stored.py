"""Events as the store hands them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from typing import NamedTuple, overload

import numpy as np

from relay.rings.blocks import NO_EVENTS, ORDER, SEQ, SKEW
from relay.rings.classes import FLOWS, LOST, RINGS
from relay.rings.columns import NO_TIME, Bools, Columns, Ints, Table, named


class Stored(NamedTuple):
    """An event: its place in the relay's order, the time it is sorted by, its ring, its bytes."""

    seq: int
    order_ns: int
    ring: int
    event: bytes


_make = partial(tuple.__new__, Stored)


def stored(
    seqs: Iterable[int], orders: Iterable[int], rings: Iterable[int], events: Iterable[bytes]
) -> Iterator[Stored]:
    """Make many from their columns, without a call in Python for each: half the time."""
    return map(_make, zip(seqs, orders, rings, events, strict=False))


class Committed(Sequence[Stored]):
    """What one commit stored, in order of seq: the ring of each event, its columns, its bytes."""

    def __init__(self, rings: Ints, table: Table, events: Sequence[bytes]) -> None:
        self.rings = rings
        self.table = table
        self.events = events

    @cached_property
    def columns(self) -> Columns:
        """The columns by name."""
        return named(self.table)

    @cached_property
    def times(self) -> Ints:
        """The events' own times; NO_TIME for one that has none."""
        return own_times(self.table[ORDER], self.table[SKEW])

    @cached_property
    def flows(self) -> Bools:
        """Which are flows."""
        return np.isin(self.rings, FLOWS)

    @cached_property
    def losses(self) -> Bools | None:
        """Which are losses; None where none is."""
        lost = self.rings == LOST
        return lost if lost.any() else None

    @property
    def last_seq(self) -> int:
        """The seq of the last one."""
        return int(self.table[SEQ, -1])

    def of(self, ring: int) -> tuple[Table, Sequence[bytes]]:
        """Give the columns and the events of one ring."""
        places = np.flatnonzero(self.rings == ring)
        if len(places) == len(self.events):
            return self.table, self.events
        return self.table[:, places], [self.events[place] for place in places.tolist()]

    def count_of(self, rings: Iterable[int]) -> int:
        """Count what went into some rings."""
        counts = np.bincount(self.rings, minlength=len(RINGS)).tolist()
        return sum(counts[ring] for ring in rings)

    def at(self, places: Ints) -> list[Stored]:
        """Give the events at some places."""
        if not len(places):
            return []
        columns = (self.table[SEQ], self.table[ORDER], self.rings)
        seqs, orders, rings = (column[places].tolist() for column in columns)
        return list(stored(seqs, orders, rings, [self.events[n] for n in places.tolist()]))

    def __len__(self) -> int:
        return len(self.events)

    @overload
    def __getitem__(self, index: int) -> Stored: ...
    @overload
    def __getitem__(self, index: slice) -> list[Stored]: ...
    def __getitem__(self, index: int | slice) -> Stored | list[Stored]:
        places = np.atleast_1d(np.arange(len(self))[index])
        return self.at(places) if isinstance(index, slice) else self.at(places)[0]

    def __iter__(self) -> Iterator[Stored]:
        return iter(self[:])


NOTHING = Committed(np.empty(0, np.int64), NO_EVENTS, [])
"""A commit that stored no event."""


def together(commits: Sequence[Committed]) -> Committed:
    """Give what several commits stored as one."""
    if len(commits) == 1:
        return commits[0]
    return Committed(
        np.concatenate([each.rings for each in commits]),
        np.concatenate([each.table for each in commits], axis=1),
        [event for each in commits for event in each.events],
    )


def own_times(orders: Ints, skews: Ints) -> Ints:
    """Give events' own times from what they are sorted by; NO_TIME for one that has none."""
    if not skews.any():
        return orders
    times: Ints = np.where(skews == NO_TIME, NO_TIME, orders + skews)
    return times
