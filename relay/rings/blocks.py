"""Blocks: runs of 256 events of one ring, compressed as one value, and what is known of each
without opening it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import zstandard
from google.protobuf.message import DecodeError

from proto import shadow_pb2
from relay.rings.columns import COLUMNS, INDEX, ZONE_BITS, ZONES, Row

BLOCK_BITS = 8
BLOCK_EVENTS = 1 << BLOCK_BITS
"""Events in a block: the event with ordinal `id` is in block `id >> BLOCK_BITS`."""

ORDER, TIME = INDEX["order_ns"], INDEX["time_ns"]
ZONED = tuple((INDEX[c.name], ZONES.index(c.zone)) for c in COLUMNS if c.zone)


class Block(NamedTuple):
    """What is known of a sealed block: least and greatest order time, own time (None: one lacks
    it), bytes on disk."""

    id: int
    order_min: int
    order_max: int
    time_min: int | None
    time_max: int | None
    size: int


class Packed(NamedTuple):
    """A block as it is stored: its facts, its zone keys and its events, both compressed."""

    block: Block
    zones: bytes
    events: bytes


def pack(number: int, rows: Sequence[Row], keys: Iterable[int], events: Sequence[bytes]) -> Packed:
    """Make a block of the rows and events of one run."""
    plain = shadow_pb2.Run(events=events).SerializeToString()
    compress = zstandard.ZstdCompressor(level=1).compress
    content, zones = compress(plain), compress(array("q", sorted(keys)).tobytes())
    orders = [row[ORDER] or 0 for row in rows]
    own = [time for row in rows if (time := row[TIME]) is not None]
    own = own if len(own) == len(rows) else []
    size = len(content) + len(zones)
    block = Block(
        number, min(orders), max(orders), min(own, default=None), max(own, default=None), size
    )
    return Packed(block, zones, content)


def unpack(content: bytes) -> list[bytes]:
    """Give the events of a block, in the order of their ordinals. Raises ValueError."""
    try:
        events = list(shadow_pb2.Run.FromString(zstandard.decompress(content)).events)
    except (zstandard.ZstdError, DecodeError) as error:
        raise ValueError(f"no block: {error}") from error
    if len(events) != BLOCK_EVENTS:
        raise ValueError(f"a block of {len(events)} events")
    return events


def zone_keys(rows: Sequence[Row]) -> set[int]:
    """Give what occurs in these rows, as zone keys."""
    # Of the columns only `time_ns` may be None, and it has no zone.
    columns: Any = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    return {
        value << ZONE_BITS | number
        for place, number in ZONED
        for value in set(columns[place])
        if value > 0
    }


def unpack_zones(zones: bytes) -> array[int]:
    """Give the zone keys that a block was stored with."""
    return array("q", zstandard.decompress(zones))
