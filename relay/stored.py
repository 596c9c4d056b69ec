"""An event as the store hands it out."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from relay.columns import Row


class Stored(NamedTuple):
    """An event: its place in the relay's order, the time it is sorted by, its ring, its row, and
    its bytes.

    History leaves the row empty; events that were just committed have it.
    """

    seq: int
    order_ns: int
    ring: int
    row: Row
    event: bytes


_make = partial(tuple.__new__, Stored)


def stored(
    seqs: Sequence[int],
    orders: Sequence[int],
    rings: Sequence[int],
    rows: Iterable[Row],
    events: Sequence[bytes],
) -> Iterator[Stored]:
    """Make many from their columns, without a call in Python for each: half the time."""
    return map(_make, zip(seqs, orders, rings, rows, events, strict=False))
