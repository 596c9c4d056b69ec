"""Serialized messages as fields of another, put together by hand: no copy of each is made, and none
is parsed.

See https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Sequence
from functools import lru_cache


def varint(number: int) -> bytes:
    """Write a number as protobuf does."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


SHORT = 4096
"""Lengths whose heads are kept."""


def _head(number: int, length: int) -> bytes:
    return varint(number << 3 | 2) + varint(length)


@lru_cache(16)
def _heads(number: int) -> list[bytes]:
    return [_head(number, length) for length in range(SHORT)]


def framed(number: int, messages: Sequence[bytes]) -> bytes:
    """Write messages as a repeated field with this number."""
    heads = _heads(number)
    parts = [b""] * (2 * len(messages))
    parts[1::2] = messages
    parts[::2] = [
        heads[length] if length < SHORT else _head(number, length) for length in map(len, messages)
    ]
    return b"".join(parts)
