"""Narrowing for those who follow: which of the newest events a follower wants."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from proto.filters import predicate
from proto.flow_pb2 import FlowFilter
from proto.observer_pb2 import ExportEvent
from proto.selection import Selection
from relay.history.narrow import Narrow
from relay.history.tree import ANY, Mask
from relay.rings.classes import LOST
from relay.rings.columns import NO_TIME, Bools
from relay.rings.dimensions import Dimensions
from relay.rings.stored import Committed, Stored


class LiveFlows:
    """The flows and losses that one follower wants. Raises InvalidFilter."""

    def __init__(
        self,
        selection: Selection,
        allow: Sequence[FlowFilter],
        deny: Sequence[FlowFilter],
        dimensions: Dimensions,
    ) -> None:
        self._selection = selection
        self._narrow = Narrow(allow, deny, dimensions)
        self._mask = Mask(self._narrow.tree)
        self._matches = None if self._narrow.exact else predicate(allow, deny)

    def __call__(self, committed: Committed) -> list[Stored]:
        """Give those of some new events that are wanted."""
        if self._narrow.refresh():
            self._mask = Mask(self._narrow.tree)
        passing = committed.flows
        if self._narrow.tree != ANY:
            passing = passing & self._mask(committed.columns, len(committed))
        if committed.losses is not None:
            passing = passing | committed.losses
        if self._selection.ranged:
            passing = passing & in_range(self._selection, committed)
        found = committed.at(np.flatnonzero(passing))
        matches = self._matches
        if matches is None:
            return found
        parse = ExportEvent.FromString
        return [e for e in found if e.ring == LOST or matches(parse(e.event).flow)]


def in_range(selection: Selection, committed: Committed) -> Bools:
    """Say which events have a time in the selection's range; one without a time has none in any
    range that is bounded."""
    times = committed.times
    passing = np.ones(len(committed), np.bool_)
    if selection.ranged:
        passing &= times != NO_TIME
    if selection.since_ns is not None:
        passing &= times >= selection.since_ns
    if selection.until_ns is not None:
        passing &= times <= selection.until_ns
    return passing
