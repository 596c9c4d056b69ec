"""Connections and their hops: what the nodes on the way see of one conversation."""

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from google.protobuf.wrappers_pb2 import BoolValue

from agent.sources.demo.cast import End, Service
from proto import event_types, flow_pb2
from proto.observer_pb2 import ExportEvent

PROXY_PORT = 15_023
"""Port of a node's proxy, to which policies redirect."""

MICROSECOND = 1_000
MILLISECOND = 1_000_000

POINTS = {
    name: flow_pb2.TraceObservationPoint.Value(name.replace("-", "_").upper())
    for name in event_types.TRACE_POINTS
}
"""Observation points, by the name that the observer prints."""

UNDIRECTED = ("to-overlay", "from-overlay", "to-crypto", "from-crypto", "from-network")
"""Points where a node does not know which end opened the connection."""


class Step(NamedTuple):
    """One event of an act: nanoseconds after the act's start, the node that sees it, and the event.

    The event lacks what is known only when it happens: times, names of nodes, uuid.
    """

    at: int
    node: int
    event: ExportEvent


class Conversation:
    """One connection from `client` to `server`, over `service` if there is one.

    Each method adds what happens next to `steps`, and lets the time go on.
    """

    def __init__(
        self,
        chance: random.Random,
        client: End,
        server: End,
        port: int,
        *,
        service: Service | None = None,
        protocol: str = "TCP",
        six: bool = False,
        at: int = 0,
        **fields: Any,
    ) -> None:
        self.chance = chance
        self.client = client
        self.server = server
        self.port = port
        self.source_port = chance.randrange(32_768, 61_000)
        self.service = service
        self.protocol = protocol
        self.six = six
        self.steps: list[Step] = []
        self._now = at
        self._fields = fields

    def wait(self, ns: float) -> None:
        """Let time pass, about `ns` nanoseconds."""
        self._now += int(ns * self.chance.uniform(0.7, 1.5))

    def trace(
        self, point: str, node: int, *flags: str, reply: bool = False, **fields: Any
    ) -> flow_pb2.Flow:
        """Add a packet seen at an observation point, with TCP flags; give the flow."""
        fields.setdefault("verdict", flow_pb2.FORWARDED)
        if not reply and "trace_reason" not in fields:
            new = "SYN" in flags or self.protocol != "TCP"
            fields["trace_reason"] = flow_pb2.NEW if new else flow_pb2.ESTABLISHED
        elif reply:
            fields.setdefault("trace_reason", flow_pb2.REPLY)
        flow = self.flow(node, flags, reply=reply, **fields)
        flow.event_type.type = event_types.TRACE
        flow.event_type.sub_type = event_types.TRACE_POINTS[point]
        flow.trace_observation_point = POINTS[point]
        if point in UNDIRECTED:
            flow.ClearField("is_reply")
            flow.ClearField("reply")
            flow.ClearField("traffic_direction")
            flow.ClearField("trace_reason")
        return flow

    def verdict(self, node: int, match: int, *flags: str, **fields: Any) -> flow_pb2.Flow:
        """Add a policy's verdict about the first packet; `match` as `policy_match_type`."""
        flow = self.flow(node, flags or ("SYN",), **fields)
        flow.event_type.type = event_types.POLICY_VERDICT
        flow.policy_match_type = match
        return flow

    def drop(
        self, node: int, reason: "flow_pb2.DropReason.ValueType", *flags: str, **fields: Any
    ) -> flow_pb2.Flow:
        """Add a packet that was dropped."""
        flow = self.flow(node, flags or ("SYN",), verdict=flow_pb2.DROPPED, **fields)
        flow.event_type.type, flow.event_type.sub_type = event_types.DROP, reason
        flow.drop_reason, flow.drop_reason_desc = reason, reason
        return flow

    def record(self, node: int, l7: flow_pb2.Layer7, summary: str, **fields: Any) -> flow_pb2.Flow:
        """Add a message that a proxy read: a request, or its response."""
        reply = l7.type == flow_pb2.RESPONSE
        fields.setdefault("verdict", flow_pb2.FORWARDED)
        flow = self.flow(node, (), reply=reply, **fields)
        flow.event_type.type = event_types.L7
        flow.Type = flow_pb2.L7
        if self.protocol == "TCP":
            flow.l4.TCP.ClearField("flags")
        flow.l7.CopyFrom(l7)
        flow.Summary = summary
        return flow

    def flow(
        self,
        node: int,
        flags: Sequence[str] = (),
        *,
        reply: bool = False,
        to_service: bool = False,
        **fields: Any,
    ) -> flow_pb2.Flow:
        """Add a flow from the one end to the other, seen a moment after the last one."""
        self._now += self.chance.randrange(20, 90) * MICROSECOND
        made = self._fields | fields
        made.setdefault("traffic_direction", self._direction(node))
        flow = flow_pb2.Flow(
            IP=self._addresses(reply, to_service),
            source=self._end(reply, to_service, node),
            destination=self._end(not reply, to_service, node),
            Type=flow_pb2.L3_L4,
            is_reply=BoolValue(value=reply),
            reply=reply,
            **made,
        )
        self._layer4(flow, flags, reply)
        self._names(flow, reply, to_service)
        self.steps.append(Step(self._now, node, ExportEvent(flow=flow)))
        return self.steps[-1].event.flow

    def _direction(self, node: int) -> "flow_pb2.TrafficDirection.ValueType":
        """Tell how the connection goes, as seen by the end that is on a node."""
        return flow_pb2.EGRESS if self.client.node == node else flow_pb2.INGRESS

    def _end(self, server: bool, to_service: bool, node: int) -> flow_pb2.Endpoint:
        if server and to_service:
            return flow_pb2.Endpoint(identity=2, labels=["reserved:world"])
        return (self.server if server else self.client).endpoint(node)

    def _addresses(self, reply: bool, to_service: bool) -> flow_pb2.IP:
        ours = self.client.six if self.six else self.client.address
        theirs = self.server.six if self.six else self.server.address
        if to_service and self.service:
            theirs = self.service.address
        version = flow_pb2.IPv6 if self.six else flow_pb2.IPv4
        source, destination = (theirs, ours) if reply else (ours, theirs)
        return flow_pb2.IP(source=source, destination=destination, ipVersion=version)

    def _layer4(self, flow: flow_pb2.Flow, flags: Sequence[str], reply: bool) -> None:
        port = self.service.port if self.service and not self.port else self.port
        ports = (port, self.source_port) if reply else (self.source_port, port)
        layer = getattr(flow.l4, self.protocol)
        layer.source_port, layer.destination_port = ports
        flow.Summary = self.protocol
        if self.protocol == "TCP":
            flow.Summary = f"TCP Flags: {', '.join(flags)}"
            for flag in flags:
                setattr(layer.flags, flag, True)

    def _names(self, flow: flow_pb2.Flow, reply: bool, to_service: bool) -> None:
        """Fill in what the two ends are called beside their pods."""
        if self.service and (to_service or self.server in self.service.pods):
            side = flow.source_service if reply else flow.destination_service
            side.CopyFrom(self.service.message())
        if self.server.names:
            names = flow.source_names if reply else flow.destination_names
            names.extend(self.server.names[:1])
