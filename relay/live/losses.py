"""Lost events, folded so that they do not flood an answer: few messages, nothing uncounted."""

import time
from collections.abc import Callable, Sequence

from proto.flow_pb2 import HUBBLE_RING_BUFFER, LostEvent
from proto.observer_pb2 import GetFlowsResponse
from proto.timestamps import SECOND, from_ns
from relay.rings.classes import LOST
from relay.rings.stored import Stored

MAX_KINDS = 64
"""Kinds of loss (node and source) told apart; further nodes are folded into one without a name."""


class Losses:
    """What one stream has still to be told about losses.

    One message leaves in `interval` seconds, kind by kind.
    """

    def __init__(
        self, node_name: str, interval: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._node_name = node_name
        self._interval = interval
        self._clock = clock
        self._next = clock()
        self._pending: dict[tuple[str, int], GetFlowsResponse] = {}

    def add(self, event: bytes) -> None:
        """Take over a lost event that would have been sent."""
        self._fold(GetFlowsResponse.FromString(event))

    def overtaken(self, count: int, now_ns: int) -> None:
        """Take note of events that this stream itself was too slow for."""
        self._fold(overtaken(self._node_name, count, now_ns))

    def due(self) -> list[bytes]:
        """Give the message that may be sent just then, if there is one."""
        now = self._clock()
        if not self._pending or now < self._next:
            return []
        self._next = now + self._interval
        return [self._pending.pop(next(iter(self._pending))).SerializeToString()]

    def rest(self) -> list[bytes]:
        """Give all that is left, at the end of the stream."""
        left, self._pending = self._pending, {}
        return [message.SerializeToString() for message in left.values()]

    def wait(self) -> float | None:
        """Seconds until a message is due, None while there is none."""
        return max(self._next - self._clock(), 0) if self._pending else None

    def _fold(self, event: GetFlowsResponse) -> None:
        key = event.node_name, int(event.lost_events.source)
        if key not in self._pending and len(self._pending) >= MAX_KINDS:
            event.node_name = ""
            key = "", int(event.lost_events.source)
        if key in self._pending:
            _add(self._pending[key], event)
        else:
            self._pending[key] = event


def overtaken(node_name: str, count: int, now_ns: int) -> GetFlowsResponse:
    """Make the relay's own word on events that a reader came too late for."""
    lost = LostEvent(source=HUBBLE_RING_BUFFER, num_events_lost=count, last=from_ns(now_ns))
    lost.first.CopyFrom(lost.last)
    return GetFlowsResponse(lost_events=lost, node_name=node_name, time=lost.last)


def fold(part: Sequence[Stored]) -> list[bytes]:
    """Give the events of a part of history.

    Losses of one node, source and second become one, in the place of the last of them.
    """
    if not any(stored.ring == LOST for stored in part):
        return [stored.event for stored in part]
    events: list[bytes | None] = [stored.event for stored in part]
    totals: dict[tuple[str, int, int], tuple[int, GetFlowsResponse]] = {}
    for index, stored in enumerate(part):
        if stored.ring != LOST:
            continue
        loss = GetFlowsResponse.FromString(stored.event)
        kind = loss.node_name, int(loss.lost_events.source), stored.order_ns // SECOND
        if kind in totals:
            before, total = totals[kind]
            _add(total, loss)
            events[before], events[index] = None, total.SerializeToString()
            loss = total
        totals[kind] = index, loss
    return [event for event in events if event is not None]


def _add(total: GetFlowsResponse, more: GetFlowsResponse) -> None:
    """Fold one loss into another: the counts add up, the span widens, the processor no longer
    matters."""
    ours, theirs = total.lost_events, more.lost_events
    ours.num_events_lost = min(ours.num_events_lost + theirs.num_events_lost, 2**64 - 1)
    ours.ClearField("cpu")
    if theirs.HasField("last"):
        ours.last.CopyFrom(theirs.last)
    if more.HasField("time"):
        total.time.CopyFrom(more.time)
