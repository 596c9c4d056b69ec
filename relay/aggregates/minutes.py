"""Minutes: the flows of one minute with the same keys counted as one row, as they are stored.

A minute is stored in parts, one for each commit that had flows of it, until they are put together.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import numpy as np
import zstandard

from relay.aggregates.keys import KEYS
from relay.aggregates.reading import table_of
from relay.aggregates.table import Matrix, Table, Timed, joined
from relay.file.schema import PART_BITS
from relay.rings.blocks import compress, join, split
from relay.rings.columns import Columns
from relay.rings.packing import pack_table, unpack_column

MINUTE_NS = 60 * 10**9

ROLLED = (*KEYS, "folded")
"""The keys of a minute's rows; `folded` is 1 where rarer ones were emptied."""

RARE = frozenset(
    {
        *("source_ip", "destination_ip", "source_names", "destination_names"),
        *("port", "http_host", "dns_query"),
    }
)
"""Keys that are emptied first where a minute has too many rows: strangers choose their values."""

FOLDED = ROLLED.index("folded")
WITHOUT_RARE = [
    *((number, key.none) for number, (name, key) in enumerate(KEYS.items()) if name in RARE),
    (FOLDED, 1),
]
WITHOUT_ANY = [
    *((number, key.none) for number, (name, key) in enumerate(KEYS.items()) if name != "measures"),
    (FOLDED, 1),
]
"""Keys and the values that they get where they are emptied. What a flow counts as always stays."""


def minutes_of(columns: Columns) -> list[tuple[int, Table]]:
    """Count flows, of which there is at least one, by the minutes that they are sorted into."""
    table = table_of(columns, tuple(KEYS), columns["order_ns"], MINUTE_NS, timed=True)
    minutes = table.keys[-1].copy()
    table.keys[-1] = 0  # nothing is folded yet
    first = int(minutes[0])
    if (minutes == first).all():
        return [(first, table)]
    return [(minute, table.taken(minutes == minute)) for minute in np.unique(minutes).tolist()]


def folded_in(table: Table) -> int:
    """Count the flows of which rarer keys are not known any more."""
    return int(table.sums[0, table.keys[FOLDED] == 1].sum())


def within(table: Table, most: int) -> Table:
    """Put the rows with the fewest flows together, where a united table has more than `most`: first
    without their rare keys, and if these are too many still, without any."""
    if table.rows <= most:
        return table
    kept, others = table.parted(most * 3 // 4)
    others = others.emptied(WITHOUT_RARE)
    if kept.rows + others.rows > most:
        known, unknown = others.parted(most - kept.rows)
        others = joined([known, unknown.emptied(WITHOUT_ANY)])
    return joined([kept, others])


def pack(table: Table) -> bytes:
    """Make one value of a table."""
    timed = table.timed
    rows = np.concatenate([table.keys, table.sums])
    single = np.stack([timed.rows, timed.latencies])
    return compress(
        join([_pack(rows), _pack(single), _pack(timed.sketch_rows[None]), *timed.sketches])
    )


def unpack(content: bytes) -> Table:
    """Give the table that a value was made of. Raises ValueError."""
    try:
        plain = zstandard.decompress(content)
    except zstandard.ZstdError as error:
        raise ValueError(f"no minute: {error}") from error
    packed, single, sketch_rows, *sketches = split(plain)
    rows = _unpack(packed, len(ROLLED) + 1)
    numbers, latencies = _unpack(single, 2)
    timed = Timed(numbers, latencies, _unpack(sketch_rows, 1)[0], tuple(sketches))
    return Table(rows[:-1], rows[-1:], timed)


def _pack(numbers: Matrix) -> bytes:
    count = numbers.shape[1]
    if not count:
        return b""
    least, above = zip(*pack_table(numbers), strict=True)
    return join([np.array([count, *least], ">i8").tobytes(), *above])


def _unpack(packed: bytes, width: int) -> Matrix:
    if not packed:
        return np.empty((width, 0), np.int64)
    heads, *above = split(packed)
    count, *least = np.frombuffer(heads, ">i8").tolist()
    return np.stack([unpack_column(*each, count) for each in zip(least, above, strict=True)])


def read_parts(
    connection: sqlite3.Connection, first: int, last: int
) -> Iterable[tuple[int, Table]]:
    """Give every part of the minutes from `first` to `last`, with its minute."""
    rows = connection.execute(
        "SELECT id, content FROM minute WHERE id BETWEEN ? AND ? ORDER BY id",
        (first << PART_BITS, ((last + 1) << PART_BITS) - 1),
    )
    return ((number >> PART_BITS, unpack(content)) for number, content in rows.fetchall())
