"""Reads events in the order in which they arrived, from a seq on: what a follower missed."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from relay.file.connections import Readers
from relay.history.plan import READ, Part
from relay.rings.blocks import BLOCK_BITS

Place = tuple[int, int, int, int]
"""Order time, seq, number of the ring, ordinal in it."""


def arrivals(readers: Readers, parts: Sequence[Part], above: int) -> Iterator[Place]:
    """Give the wanted places of all parts whose seq is greater than `above`, by seq."""
    return heapq.merge(*(_arrivals(readers, part, above) for part in parts), key=itemgetter(1))


def evicted(readers: Readers, parts: Iterable[Part], above: int, upto: int) -> int:
    """Count the events with `above` < `seq` <= `upto` that are no longer stored."""
    with readers.borrow() as connection:
        stored = sum(
            part.first_after(connection, upto) - part.first_after(connection, above)
            for part in parts
        )
    return upto - above - stored


def _arrivals(readers: Readers, part: Part, above: int) -> Iterator[Place]:
    with readers.borrow() as connection:
        start = part.first_after(connection, above)
    wanted = [block.id for block in part.view.blocks if block.id >= start >> BLOCK_BITS]
    runs: list[list[int | None]] = [[*wanted[at : at + READ]] for at in range(0, len(wanted), READ)]
    runs.append([None])
    for blocks in runs:
        with readers.borrow() as connection:
            places = part.places(connection, blocks)
        later = places[:, places[1] > above]
        yield from sorted(map(tuple, later.T.tolist()), key=itemgetter(1))
