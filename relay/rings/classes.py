"""The rings: what is kept apart, so that what matters outlives chatter."""

from typing import NamedTuple

from proto import flow_pb2, observer_pb2

RINGS = ("drop", "l7", "flow", "event", "lost")
"""Names of the rings; a ring's number is its place here."""

DROP, L7, FLOW, EVENT, LOST = range(len(RINGS))

FLOWS = (DROP, L7, FLOW)
"""The rings that hold flows."""

VERDICTS = frozenset({flow_pb2.DROPPED, flow_pb2.ERROR, flow_pb2.AUDIT})
"""Verdicts whose flows go to the drop ring."""

KINDS = {
    field.name: field.number
    for field in observer_pb2.ExportEvent.DESCRIPTOR.oneofs_by_name["response_types"].fields
}
"""Field number in ExportEvent of each kind of event."""

RING_OF_KIND = {"lost_events": LOST, "agent_event": EVENT, "debug_event": EVENT}
"""Where events that are no flows go."""


class RingState(NamedTuple):
    """What a ring holds: for status and metrics. Times are order times; None in an empty ring."""

    name: str
    flows: int
    capacity: int
    bytes: int
    seen: int
    oldest_ns: int | None
    newest_ns: int | None
    evicted: dict[str, int]
