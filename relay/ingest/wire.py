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
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from relay.rings.columns import Bools, Ints

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


class Content(NamedTuple):
    """Bytes, and the word of eight of them that begins at each."""

    data: bytes
    words: Ints

    @classmethod
    def of(cls, messages: Iterable[bytes]) -> Content:
        """Put messages together."""
        data = b"".join([*messages, PADDING])
        return cls(data, np.ndarray((len(data) - 7,), "<i8", data, strides=(1,)))


class Layout:
    """The fields of a message type that are looked for: the names in `several` may come more than
    once, and the first is found."""

    def __init__(self, kind: Descriptor, names: Sequence[str], several: Sequence[str] = ()) -> None:
        fields = [kind.fields_by_name[name] for name in names]
        tags = [f.number << 3 | (LENGTH if f.type in LENGTHS else VARINT) for f in fields]
        self.slots = {name: slot for slot, name in enumerate(names)}
        self.once = np.array([name not in several for name in names])
        self.slot_of = np.full(max(tags) + 2, len(names), np.int64)
        """The slot of each tag; the last one stands for all others and for greater tags."""
        self.slot_of[tags] = np.arange(len(names))


class Fields:
    """Where each field of each message is: it begins at `begin` (0: there is none), and `value` is
    its length, or itself if it is a number."""

    def __init__(self, layout: Layout, count: int) -> None:
        shape = (len(layout.slots), count)
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
    number, ahead, longer = _varint(word >> (size << 3), digits)
    wire = tag & 7
    start = at + size
    odd = long != 0
    if longer.any():
        odd |= (longer != 0) & (wire == LENGTH)
        _read_long(content.data, start, np.flatnonzero(longer & (wire == VARINT)), number, ahead)
    if (wire & 5).any():  # neither a number nor a length
        ahead[wire == FIXED64], ahead[wire == FIXED32] = 8, 4
        odd |= ~np.isin(wire, (VARINT, FIXED64, LENGTH, FIXED32))
    start += ahead
    _note(found, tag, who, start, number)
    if odd.any():
        found.odd[who] |= odd
    return start + number * (wire == LENGTH), odd


def _note(found: Fields, tag: Ints, who: Ints, start: Ints, number: Ints) -> None:
    """Keep where the fields are that are looked for; one that came before makes a message odd."""
    layout, count = found.layout, found.begin.shape[1]
    slot = layout.slot_of.take(tag, mode="clip")
    wanted = np.flatnonzero(slot < len(layout.slots))
    place = slot[wanted] * count + who[wanted]
    again = found.begin.ravel()[place] != 0
    if again.any():
        twice = wanted[again & layout.once[slot[wanted]]]
        found.odd[who[twice]] = True
        wanted, place = wanted[~again], place[~again]
    found.begin.ravel()[place] = start[wanted]
    found.value.ravel()[place] = number[wanted]


def _varint(word: Ints, digits: int) -> tuple[Ints, Ints, Ints]:
    """Read the number that words begin with: its value, how many bytes it takes, and whether it has
    more than `digits`."""
    value, more = word & 0x7F, word >> 7 & 1
    size = more + 1
    for digit in range(1, digits):
        value |= (word >> digit & 0x7F << 7 * digit) * more
        more = more & word >> 8 * digit + 7
        if digit < digits - 1:
            size += more
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
