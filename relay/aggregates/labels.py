"""Says the rows of a table by dimensions: each combination of keys once, not each row.

Texts are numbered, so that rows are grouped by numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from proto.aggregates.dimensions import DIMENSIONS
from proto.aggregates.ends import LABELS, End, cut
from relay.aggregates.keys import (
    ADDRESS,
    ENDPOINT,
    FOLDED,
    NAMES,
    OF_END,
    ONE_KEY,
    SERVICE,
    SOURCES_OF,
)
from relay.aggregates.table import group
from relay.history.wanted import PARTS
from relay.ingest.layouts import RECORDS, TRANSPORTS
from relay.rings.columns import INDEXED, UNKNOWN, Columns, Ints
from relay.rings.dimensions import Dimensions

HERE = "\0"
"""Stands for the address of an end: where it is what the end is called, the address is."""

DICTIONARY = {column.name: column.dimension for column in INDEXED if column.dimension}
"""The dictionary of each key that holds ids."""

PARTS_OF_END = ((ENDPOINT, "endpoint"), (SERVICE, "service"), (NAMES, "names"))
"""The dictionary of each part of an end, in the order of End, but for the address."""


def _known(number: int) -> int | None:
    return None if number == UNKNOWN else number


PART_OF: dict[str, Callable[[int], Any]] = {
    "protocol": {number: name for name, number in TRANSPORTS.items()}.get,
    "record": {UNKNOWN: "l7", **{number: name for name, number in RECORDS.items()}}.get,
    "port": _known,
    "drop_reason": _known,
    "dns_rcode": _known,
}
"""From a key's number to the part of a flow that its dimension says, where they differ."""

SAY = {name: DIMENSIONS[name].say for name in ONE_KEY} | {"policy": cut(str), "http_host": str}
"""How each dimension's part is said; policies and hosts are said already where they are stored."""


class Labels:
    """The texts of one answer. Looks values up in dictionaries as they are; a value that is gone
    counts as absent."""

    def __init__(self, dimensions: Dimensions) -> None:
        self._dimensions = dimensions
        self._known: dict[str, dict[int, bytes]] = {name: {0: b""} for name in dimensions}
        self._numbers = {"": 0}
        self.texts = [""]
        """The text of each number; the empty one has 0."""

    def say(self, dimension: str, keys: Columns) -> Ints:
        """Give the number of each row's text; at least one row."""
        if dimension in ONE_KEY:
            return self._one(dimension, keys[ONE_KEY[dimension]])
        end, _, label = dimension.partition(".")
        first, last = SOURCES_OF[end][0], SOURCES_OF[end][-1]
        parts: dict[str, Ints] = {part: keys[first + part] for part in OF_END[label]}
        if first != last:
            swapped = keys["is_reply"] == 1
            for part, values in parts.items():
                parts[part] = np.where(swapped, keys[last + part], values)
        return self._end(label, parts)

    def _one(self, dimension: str, values: Ints) -> Ints:
        found, inverse = np.unique(values, return_inverse=True)
        key = ONE_KEY[dimension]
        say: Callable[[Any], str] = SAY[dimension]
        if dictionary := DICTIONARY.get(key):
            return self._numbered(map(say, self._texts(dictionary, found)))[inverse]
        read = PART_OF.get(key, int)
        texts = (say(read(each)) if each != FOLDED else "" for each in found.tolist())
        return self._numbered(texts)[inverse]

    def _end(self, label: str, parts: Mapping[str, Ints]) -> Ints:
        """Say what an end is called, first without its address, of which there may be many."""
        named = [part for part in parts if part != ADDRESS]
        if not named:
            return self._addresses(parts[ADDRESS])
        order, starts, inverse = group(np.stack([parts[part] for part in named]))
        places = order[starts]
        ids = {part: parts[part][places].tolist() for part in named}
        numbers = np.array(self._ends(label, ids, len(places)))[inverse]
        if ADDRESS not in parts:
            return numbers
        return np.where(numbers < 0, self._addresses(parts[ADDRESS]), numbers)

    def _ends(self, label: str, ids: Mapping[str, list[int]], count: int) -> list[int]:
        """Give the number of what each end is called, less than 0 where that is its address."""
        say, none = LABELS[label][0], [0] * count
        endpoints, services, names = (
            self._parts(dictionary, ids.get(part, none)) for part, dictionary in PARTS_OF_END
        )
        ends = (End(*each, HERE) for each in zip(endpoints, services, names, strict=True))
        texts = map(say, ends)
        return [-1 if text == HERE else self._number(text) for text in texts]

    def _parts(self, dictionary: str, ids: list[int]) -> list[Any]:
        known, read = self._look_up(dictionary, ids), PARTS[dictionary][0]
        parts = {number: read(known.get(number, b"")) for number in set(ids)}
        return [parts[number] for number in ids]

    def _addresses(self, values: Ints) -> Ints:
        found, inverse = np.unique(values, return_inverse=True)
        return self._numbered(map(cut(str), self._texts("address", found)))[inverse]

    def _texts(self, dictionary: str, ids: Ints) -> list[str]:
        known = self._look_up(dictionary, ids.tolist())
        return [known.get(number, b"").decode() for number in ids.tolist()]

    def _numbered(self, texts: Iterable[str]) -> Ints:
        return np.array([self._number(text) for text in texts], np.int64)

    def _number(self, text: str) -> int:
        number = self._numbers.setdefault(text, len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
        return number

    def _look_up(self, dictionary: str, ids: Iterable[int]) -> dict[int, bytes]:
        """Give the values that a dictionary has of these ids, and maybe others."""
        known = self._known[dictionary]
        if missing := set(ids) - known.keys():
            values = self._dimensions[dictionary].since(min(missing))
            known.update((number, value) for number, value in values if number in missing)
        return known
