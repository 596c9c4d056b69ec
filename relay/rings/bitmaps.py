"""Which blocks of a ring a value occurs in: for each zone key, one bit a block.

Blocks are grouped in spans of 256; a span is dropped as a whole once its blocks are gone, so
nothing is ever shifted, and a value that occurs once costs one entry, not a bit for every block of
the ring.
"""

from __future__ import annotations

from collections.abc import Iterable

from relay.rings.columns import ZONE_BITS, ZONES, zone_key

SPAN_BITS = 8
SPAN_BLOCKS = 1 << SPAN_BITS
ALL = (1 << SPAN_BLOCKS) - 1


class Bitmaps:
    """The zone bitmaps of one ring. The writer thread changes them; readers look up single keys."""

    def __init__(self) -> None:
        self._spans: dict[int, dict[int, int]] = {}
        self._first = 0

    def add(self, block: int, keys: Iterable[int]) -> None:
        """Note that `keys` occur in `block`."""
        span = self._spans.setdefault(block >> SPAN_BITS, {})
        bit = 1 << (block & SPAN_BLOCKS - 1)
        get = span.get
        for key in keys:
            span[key] = get(key, 0) | bit

    def drop_below(self, block: int) -> None:
        """Forget the blocks before `block`."""
        self._first = block
        for number in [n for n in self._spans if n < block >> SPAN_BITS]:
            del self._spans[number]

    def blocks(self, span: int, zone: str, values: Iterable[int]) -> int:
        """Give the blocks of a span, as bits, in which any of `values` occurs."""
        known = self._spans.get(span)
        if known is None:
            return ALL
        bits = 0
        for value in values:
            bits |= known.get(zone_key(zone, value), 0) if value > 0 else ALL
        return bits

    def present(self, zone: str) -> set[int]:
        """Give the values of a zone that occur in any block."""
        found: set[int] = set()
        for span, known in list(self._spans.items()):
            live = self._live(span)
            found |= values_of(zone, [key for key, bits in list(known.items()) if bits & live])
        return found

    def _live(self, span: int) -> int:
        dead = max(0, self._first - (span << SPAN_BITS))
        return ALL >> dead << dead


def values_of(zone: str, keys: Iterable[int]) -> set[int]:
    """Give the values that zone keys stand for, of those that belong to `zone`."""
    number, mask = ZONES.index(zone), (1 << ZONE_BITS) - 1
    return {key >> ZONE_BITS for key in keys if key & mask == number}
