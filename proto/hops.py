"""Flows of one connection or request as hops: in order, each with its place and the time since.

A packet is seen at several points on its way from the client over proxies to the backend and back.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from proto.event_types import DROP, L7, POLICY_VERDICT, TRACE, TRACE_POINT_NAMES, TRACE_SOCK
from proto.flow_pb2 import EGRESS, INGRESS, Flow
from proto.observer_pb2 import GetFlowsResponse
from proto.selection import event_ns
from proto.traits import Ends, Trait, is_reply

CLIENT, NETWORK, PROXY, BACKEND = "client", "network", "proxy", "backend"

POINTS = {
    "from-endpoint": CLIENT,
    "to-endpoint": BACKEND,
    "to-proxy": PROXY,
    "from-proxy": PROXY,
    "to-host": "host",
    "from-host": "host",
}
"""Where a packet of a request is, by observation point; elsewhere it is in the network."""

SIDES = {EGRESS: CLIENT, INGRESS: BACKEND}
"""Where a policy decides, by the direction of the connection as that end sees it."""

OTHER_SIDE = {CLIENT: BACKEND, BACKEND: CLIENT}

ORDER = ("from-endpoint", "verdict", "from-overlay", "to-proxy", "l7", "from-proxy", "to-overlay")
"""The way of a packet past one node, for what was seen at the same time; the rest comes after."""


class Hop(NamedTuple):
    """A flow on its way.

    `reply` is None where it is not known who began. `gap_ns` is the time since the hop before, None
    for the first and where a time is missing; if `crosses`, the hop before was seen by another
    node, whose clock may differ.
    """

    response: GetFlowsResponse
    place: str
    reply: bool | None
    gap_ns: int | None
    crosses: bool
    chosen: bool


def in_order(
    responses: Iterable[GetFlowsResponse], chosen: GetFlowsResponse, known: Collection[Trait]
) -> list[Hop]:
    """Put flows in order; `known` are the connections, which tell who began where a node cannot."""
    hops: list[Hop] = []
    before: GetFlowsResponse | None = None
    for response in sorted(responses, key=_order):
        flow = response.flow
        reply = way(flow, known)
        crosses = before is not None and before.flow.node_name != flow.node_name
        gap = _gap(before, response)
        hops.append(Hop(response, place(flow, reply), reply, gap, crosses, response is chosen))
        before = response
    return hops


def way(flow: Flow, known: Collection[Trait] = ()) -> bool | None:
    """Tell whether a flow goes back to who opened the connection; None if nobody knows."""
    ends, reply = Ends.of(flow), is_reply(flow)
    if reply is not None:
        return reply
    forth, back = (
        any(opener in known for opener in ends.openers(end))
        for end in (ends.source, ends.destination)
    )
    return None if forth == back else back


def place(flow: Flow, reply: bool | None = None) -> str:
    """Name the place where a flow was seen: client, proxy, backend, host, network or socket."""
    kind = flow.event_type.type
    if kind == L7 or flow.HasField("l7"):
        return PROXY
    if kind == TRACE_SOCK:
        return "socket"
    if kind in (DROP, POLICY_VERDICT):
        return SIDES.get(flow.traffic_direction, NETWORK)
    seen = POINTS.get(_point(flow), NETWORK)
    return OTHER_SIDE.get(seen, seen) if reply else seen


def _point(flow: Flow) -> str:
    """Name the observation point, if there is one."""
    event = flow.event_type
    return TRACE_POINT_NAMES.get(event.sub_type & 0xFF, "") if event.type == TRACE else ""


def _order(response: GetFlowsResponse) -> tuple[bool, int, bool, int]:
    """By time, then along the way and back; what has no time comes last."""
    ns = event_ns(response)
    return ns is None, ns or 0, bool(is_reply(response.flow)), _rank(response.flow)


def _rank(flow: Flow) -> int:
    kind = flow.event_type.type
    name = {L7: "l7", POLICY_VERDICT: "verdict"}.get(kind) or _point(flow)
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _gap(before: GetFlowsResponse | None, response: GetFlowsResponse) -> int | None:
    earlier = event_ns(before) if before else None
    later = event_ns(response)
    return None if earlier is None or later is None else later - earlier
