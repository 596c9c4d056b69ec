"""Narrowing for those who follow: which of the newest events a follower may want."""

from __future__ import annotations

from collections.abc import Sequence

from proto.flow_pb2 import FlowFilter
from relay.history.narrow import Narrow
from relay.history.tree import to_test
from relay.rings.classes import FLOWS, LOST
from relay.rings.dimensions import Dimensions
from relay.rings.stored import Stored


class LiveNarrow:
    """The filters of one follower. Raises InvalidFilter."""

    def __init__(
        self, allow: Sequence[FlowFilter], deny: Sequence[FlowFilter], dimensions: Dimensions
    ) -> None:
        self._narrow = Narrow(allow, deny, dimensions)
        self._test = to_test(self._narrow.tree)

    def candidates(self, events: Sequence[Stored]) -> list[Stored]:
        """Give the losses, and the flows that may pass: all that do, perhaps some more."""
        self._narrow.refresh()
        test = self._test
        return [
            stored
            for stored in events
            if stored.ring == LOST or (stored.ring in FLOWS and test(stored.row))
        ]
