"""Steps in time in which the flows of a group are counted.

A step begins at a multiple of its length, counted from 1970. Where a range has too many, the length
doubles until it has not.
"""

from typing import NamedTuple

from proto.timestamps import EARLIEST_NS

MOST_STEPS = 1_000
"""Steps that a range may have."""


class Steps(NamedTuple):
    """The steps of a range: their length, the ordinal since 1970 of the first, their number."""

    length_ns: int
    first: int
    number: int

    @classmethod
    def over(cls, since_ns: int, until_ns: int, length_ns: int) -> "Steps":
        """Cover a range, both ends inclusive, in steps of at least that length."""
        while until_ns // length_ns - since_ns // length_ns >= MOST_STEPS:
            length_ns *= 2
        first = since_ns // length_ns
        return cls(length_ns, first, until_ns // length_ns - first + 1)

    @property
    def first_ns(self) -> int:
        """When the first step begins, at the earliest in year 1."""
        return max(EARLIEST_NS, self.first * self.length_ns)
