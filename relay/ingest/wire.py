"""Finds the fields of many serialized messages at once, with numpy: a step for the first field of
all of them, one for the second, and so on, in place of a step in Python for each message.

What is scanned was parsed by protobuf before: it is well formed, and lengths stay within. Messages
with something unusual (a field twice, where protobuf would merge; a group; a very long tag) are
said to be odd, and what was found of them is not to be used.
See https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from relay.rings.columns import Ints

PADDING = bytes(8)
"""Read beyond the last message, never looked at."""

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
LENGTHS = {
    FieldDescriptor.TYPE_BYTES,
    FieldDescriptor.TYPE_MESSAGE,
    FieldDescriptor.TYPE_STRING,
}
"""Types of fields that are sent with their length; all others that are looked for are numbers."""

MAX_DIGITS = 5
"""Bytes of a number that fit into a word behind the longest tag; a longer one is read by itself."""

Words = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]


class Content(NamedTuple):
    """Bytes, and the word of eight of them that begins at each."""

    data: bytes
    words: Words

    @classmethod
    def of(cls, messages: Iterable[bytes]) -> Content:
        """Put messages together."""
        data = b"".join([*messages, PADDING])
        return cls(data, np.ndarray((len(data) - 7,), "<u8", data, strides=(1,)))


class Layout:
    """The fields of a message type that are looked for: the names in `several` may come more than
    once, and the first is found."""

    def __init__(self, kind: Descriptor, names: Sequence[str], several: Sequence[str] = ()) -> None:
        fields = [kind.fields_by_name[name] for name in names]
        tags = [f.number << 3 | (LENGTH if f.type in LENGTHS else VARINT) for f in fields]
        self.slots = {name: slot for slot, name in enumerate(names)}
        self.once = np.array([name not in several for name in names] + [False])
        self.slot_of = np.full(max(tags) + 2, len(names), np.int8)
        """The slot of each tag; the last one stands for all others and for greater tags."""
        self.slot_of[tags] = np.arange(len(names))


class Fields:
    """Where each field of each message is: it begins at `begin` (0: there is none), and `value` is
    its length, or itself if it is a number."""

    def __init__(self, layout: Layout, count: int) -> None:
        shape = (len(layout.slots) + 1, count)
        self.layout = layout
        self.begin = np.zeros(shape, np.int64)
        self.value = np.zeros(shape, np.int64)
        self.odd = np.zeros(count, np.bool_)

    def spans(self, name: str) -> tuple[Ints, Ints]:
        """Give where a field begins and its length, of each message."""
        slot = self.layout.slots[name]
        return self.begin[slot], self.value[slot]

    def present(self, name: str) -> Bools:
        """Say which messages have a field."""
        found: Bools = self.begin[self.layout.slots[name]] != 0
        return found

    def numbers(self, name: str, bits: int = 64) -> Ints:
        """Give a number of each message, as a signed one of so many bits."""
        found: Ints = self.value[self.layout.slots[name]]
        return found if bits == 64 else found << (64 - bits) >> (64 - bits)


def scan(content: Content, spans: tuple[Ints, Ints], layout: Layout, digits: int = 3) -> Fields:
    """Find fields in the messages that begin and are as long as `spans` says; `digits` is the
    length of numbers that are expected."""
    begin, length = spans
    found = Fields(layout, len(begin))
    who = np.flatnonzero(length)
    at, end = begin[who], (begin + length)[who]
    while len(who):
        at, odd = _step(content, at, who, found, digits)
        going = (at < end) & ~odd
        if not going.all():
            who, at, end = who[going], at[going], end[going]
    return found


def _step(content: Content, at: Ints, who: Ints, found: Fields, digits: int) -> tuple[Ints, Bools]:
    """Take one field of each message; give where the next one begins, and who is odd."""
    word = content.words[at]
    tag, size, long = _varint(word, 3)
    value, width, longer = _varint(word >> (size << np.uint64(3)), digits)
    wire = (tag & np.uint64(7)).astype(np.int64)
    start = at + size.astype(np.int64)
    number, ahead = value.astype(np.int64), width.astype(np.int64)
    if longer.any():
        _read_long(
            content.data, start, np.flatnonzero((longer != 0) & (wire == VARINT)), number, ahead
        )
    odd = (long != 0) | (longer != 0) & (wire == LENGTH)
    if (wire & 5).any():  # neither a number nor a length
        ahead[wire == FIXED64], ahead[wire == FIXED32] = 8, 4
        odd |= ~np.isin(wire, (VARINT, FIXED64, LENGTH, FIXED32))
    layout = found.layout
    slot = layout.slot_of[np.minimum(tag.astype(np.int64), len(layout.slot_of) - 1)]
    odd |= layout.once[slot] & (found.begin[slot, who] != 0)
    start += ahead
    first = found.begin[slot, who] == 0
    found.begin[slot[first], who[first]] = start[first]
    found.value[slot[first], who[first]] = number[first]
    found.odd[who] |= odd
    return start + np.where(wire == LENGTH, number, 0), odd


def _varint(word: Words, digits: int) -> tuple[Words, Words, Words]:
    """Read the number that words begin with: its value, how many bytes it takes, and whether it has
    more than `digits`."""
    seven, one = np.uint64(0x7F), np.uint64(1)
    value, size, more = word & seven, np.full(len(word), one), word >> np.uint64(7) & one
    for digit in range(1, digits):
        bits = word >> np.uint64(digit) & (seven << np.uint64(7 * digit))
        value |= bits * more
        size += more
        more = more & word >> np.uint64(8 * digit + 7)
    return value, size, more


def _read_long(data: bytes, start: Ints, who: Ints, number: Ints, width: Ints) -> None:
    """Read numbers of up to ten bytes, as signed ones of 64 bits."""
    for each in who.tolist():
        value = shift = 0
        at = int(start[each])
        while True:
            value |= (data[at] & 0x7F) << shift
            shift += 7
            if data[at] < 0x80:
                break
            at += 1
        value &= (1 << 64) - 1
        number[each] = value - (1 << 64) if value >> 63 else value
        width[each] = shift // 7
