"""How the columns of a run of events are kept in the file: for each the least value, and how far
every event is above it, in as few bytes as the greatest needs.

Not compressed, and big-endian, so that SQL can take it apart as well (`relay.file.views`).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from relay.rings.columns import Ints, Table

WIDTHS = (">u1", ">u2", ">u4", ">u8")
BEYOND = np.array([1, 1 << 8, 1 << 16, 1 << 32])
"""What unsigned numbers each type holds: less than the next of these; the last holds all."""

PackedColumn = tuple[int, bytes]
"""The least value, and the numbers above it: nothing where all are the least."""


def pack_table(table: Table) -> list[PackedColumn]:
    """Pack each column of a run that is not empty: those of the same width at once."""
    least = table.min(axis=1)
    spans = table.max(axis=1) - least
    packed = [(low, b"") for low in least.tolist()]
    widths = BEYOND.searchsorted(spans, "right")
    for width, kind in enumerate(WIDTHS, 1):
        places = np.flatnonzero(widths == width)
        above = (table[places] - least[places, None]).astype(kind)
        for place, row in zip(places.tolist(), above, strict=True):
            packed[place] = packed[place][0], row.tobytes()
    for place in np.flatnonzero(spans < 0).tolist():  # too far apart for 64 bits: as they are
        packed[place] = 0, table[place].astype(">i8").tobytes()
    return packed


def unpack_column(least: int, above: bytes, count: int) -> Ints:
    """Give the `count` values of a column. Raises ValueError."""
    if not above:
        return np.full(count, least, np.int64)
    width, rest = divmod(len(above), count)
    if rest or width not in (1, 2, 4, 8):
        raise ValueError(f"{len(above)} bytes hold no {count} numbers")
    values = np.frombuffer(above, f">{'i' if width == 8 else 'u'}{width}").astype(np.int64)
    return values + least if least else values


def unpack_table(packed: Sequence[Any], count: int) -> Table:
    """Give the table of a run, from its least values and the bytes above them in turn."""
    pairs = zip(packed[::2], packed[1::2], strict=True)
    return np.stack([unpack_column(least, above, count) for least, above in pairs])
