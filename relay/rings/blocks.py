"""Runs of events of one ring: the open tail, and blocks of 256, compressed as one value, with what
is known of each without opening it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import zstandard
from google.protobuf.message import DecodeError

from proto import shadow_pb2
from proto.framing import framed
from relay.rings.columns import COLUMNS, INDEX, NO_TIME, ZONE_BITS, ZONE_NUMBERS, Ints, Table
from relay.rings.packing import PackedColumn, pack_table

BLOCK_BITS = 8
BLOCK_EVENTS = 1 << BLOCK_BITS
"""Events in a block: the event with ordinal `id` is in block `id >> BLOCK_BITS`."""

SEQ, ORDER, SKEW = INDEX["seq"], INDEX["order_ns"], INDEX["skew_ns"]
ZONED = [INDEX[column.name] for column in COLUMNS if column.zone]
NUMBER_OF_ZONED = np.array([[ZONE_NUMBERS[column.zone]] for column in COLUMNS if column.zone])

BLOCK_ROW_BYTES = 512
"""What a block takes on disk beside its values, about."""

RUN_EVENTS = shadow_pb2.Run.EVENTS_FIELD_NUMBER

NO_EVENTS: Table = np.empty((len(COLUMNS), 0), np.int64)


class Run(NamedTuple):
    """Consecutive events of a ring, from the ordinal `first` on."""

    first: int
    table: Table
    events: list[bytes]

    @property
    def end(self) -> int:
        """Ordinal behind the last."""
        return self.first + len(self.events)

    def after(self, first: int) -> Run:
        """Give what of it has an ordinal of at least `first`."""
        start = max(0, first - self.first)
        return Run(max(first, self.first), self.table[:, start:], self.events[start:])


class Block(NamedTuple):
    """What is known of a sealed block: its greatest seq, least and greatest order time, own time
    (None: one lacks it), bytes on disk."""

    id: int
    seq_max: int
    order_min: int
    order_max: int
    time_min: int | None
    time_max: int | None
    size: int


class Packed(NamedTuple):
    """A block as it is stored: its facts, its zone keys, its columns, its events."""

    block: Block
    zones: bytes
    columns: list[PackedColumn]
    events: bytes


def plain(run: Run) -> bytes:
    """Put the events of a block together. What it had before the run that it ends with is gone
    already, and empty."""
    return join([b""] * (BLOCK_EVENTS - len(run.events)) + run.events)


def pack(run: Run, keys: Ints, content: bytes) -> Packed:
    """Make a block of a run that ends with it, and of its events, compressed. What the block had
    before the run looks like the first of the run."""
    zones = compress(keys.tobytes())
    columns = pack_table(run.table)
    if gone := BLOCK_EVENTS - len(run.events):
        columns = pack_table(np.concatenate([run.table[:, :1].repeat(gone, axis=1), run.table], 1))
    size = sum(map(len, (content, zones, *(above for _, above in columns)))) + BLOCK_ROW_BYTES
    return Packed(_block(run, size), zones, columns, content)


def _block(run: Run, size: int) -> Block:
    seqs, orders, skews = run.table[SEQ], run.table[ORDER], run.table[SKEW]
    low, high = int(orders.min()), int(orders.max())
    if not skews.any():
        own: tuple[int | None, int | None] = low, high
    elif (skews == NO_TIME).any():
        own = None, None
    else:
        times = orders + skews
        own = int(times.min()), int(times.max())
    return Block(run.first >> BLOCK_BITS, int(seqs[-1]), low, high, *own, size)


class _Compressor(threading.local):
    """One for each thread: it must not be used by two, and making one takes as long as a small
    value."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor(level=1).compress


_COMPRESSOR = _Compressor()


def compress(plain: bytes) -> bytes:
    """Compress the events of a block, or what is noted of it."""
    return _COMPRESSOR.compress(plain)


def join(events: Sequence[bytes]) -> bytes:
    """Make one value of events."""
    return framed(RUN_EVENTS, events)


def split(plain: bytes) -> list[bytes]:
    """Give the events of a value made by `join`. Raises ValueError."""
    try:
        return list(shadow_pb2.Run.FromString(plain).events)
    except DecodeError as error:
        raise ValueError(f"no run of events: {error}") from error


def unpack(content: bytes) -> list[bytes]:
    """Give the events of a block, in the order of their ordinals. Raises ValueError."""
    try:
        events = split(zstandard.decompress(content))
    except zstandard.ZstdError as error:
        raise ValueError(f"no block: {error}") from error
    if len(events) != BLOCK_EVENTS:
        raise ValueError(f"a block of {len(events)} events")
    return events


def zone_keys(table: Table) -> Ints:
    """Give what occurs in these columns, as zone keys in ascending order."""
    values = table[ZONED]
    keys: Ints = (values << ZONE_BITS | NUMBER_OF_ZONED)[values > 0]
    keys.sort()
    return keys[np.flatnonzero(np.diff(keys, prepend=-1))]


def unpack_zones(zones: bytes) -> Ints:
    """Give the zone keys that a block was stored with."""
    return np.frombuffer(zstandard.decompress(zones), np.int64)
