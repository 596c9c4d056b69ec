"""Messages taken apart without being parsed: their parts stay byte for byte as they came."""

from collections.abc import Iterator

LENGTH_DELIMITED = 2
"""Wire type of messages, strings and bytes."""


def fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Give number and bytes of each field of a message that has only messages, strings and bytes.

    Raise ValueError for any other message.
    """
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        size, at = _varint(message, at)
        if tag & 7 != LENGTH_DELIMITED or at + size > len(message):
            raise ValueError("not a message of messages")
        yield tag >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """Read a variable-length integer; give it, and where it ends."""
    value = shift = 0
    while at < len(message):
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise ValueError("not a message: it ends within a number")
