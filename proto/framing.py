"""Serialized messages as fields of another, put together by hand: no copy of each is made, and none
is parsed.

See https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, repeat


def varint(number: int) -> bytes:
    """Write a number as protobuf does."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


@lru_cache(8192)
def _head(number: int, length: int) -> bytes:
    return varint(number << 3 | 2) + varint(length)


def framed(number: int, messages: Sequence[bytes]) -> bytes:
    """Write messages as a repeated field with this number."""
    heads = map(_head, repeat(number), map(len, messages))
    return b"".join(chain.from_iterable(zip(heads, messages, strict=False)))
