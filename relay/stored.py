"""An event as the store hands it out."""

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
