"""A hop: one Envoy between a client and a backend, as one entry of its log shows it, and the flows
that are told of it.

The addresses, times and results are facts. That the client's packet was seen at some point and was
redirected is inferred from the hop: the emitter of these flows names this agent. TCP flags are in
no access log, and so in no flow.
"""

from itertools import count
from typing import Any, NamedTuple
from uuid import uuid4

from google.protobuf.duration_pb2 import Duration
from google.protobuf.wrappers_pb2 import BoolValue

from agent.sources.envoy.endpoints import Endpoints, Known
from agent.sources.envoy.text import Address, address
from proto import event_types, flow_pb2
from proto.accesslog_pb2 import AccessLogCommon
from proto.observer_pb2 import ExportEvent
from proto.timestamps import LATEST_NS, SECOND, is_valid, to_ns
from proto.version import VERSION

EMITTER = flow_pb2.Emitter(name="palomar agent envoy", version=VERSION)
"""Marks what this agent has inferred."""

POINTS = {
    name: flow_pb2.TraceObservationPoint.Value(name.replace("-", "_").upper())
    for name in event_types.TRACE_POINTS
}
"""Observation points, by the name that the observer prints."""


class Origin(NamedTuple):
    """The Envoy that told: the name of its node, and the same with the cluster before it."""

    node: str
    full: str


class Uuids:
    """Identities of flows: random for each agent, then counted."""

    def __init__(self) -> None:
        self._prefix = str(uuid4())[:24]
        self._numbers = count()

    def next(self) -> str:
        """Give one that was not given before."""
        return f"{self._prefix}{next(self._numbers) & 0xFFFFFFFFFFFF:012x}"


class Hop:
    """What an entry says about its ends, and the events made of it so far."""

    def __init__(
        self, common: AccessLogCommon, origin: Origin, endpoints: Endpoints, uuids: Uuids, now: int
    ) -> None:
        self.protocol = "TCP"
        self.client = address(common.downstream_remote_address)
        self.asked = address(common.downstream_local_address)
        self.backend = address(common.upstream_remote_address)
        self.events: list[ExportEvent] = []
        direct = address(common.downstream_direct_remote_address)
        self.relayed = direct is not None and direct != self.client
        """Whether another proxy stands between the client and this one."""
        self.start = start_of(common, now)
        self._origin = origin
        self._uuids = uuids
        self._endpoints = endpoints
        self._service = endpoints.find(self.asked).service
        here = self.node_of(self.client)
        self.remote = here not in ("", origin.node)
        """Whether the client is known to be on another node."""
        self.outbound = not self.relayed and not self.remote
        """Whether this is the proxy on the client's side."""
        self._direction = _direction(self.outbound, here)

    @property
    def delivers(self) -> bool:
        """Whether the backend is not known to be on another node."""
        return self.node_of(self.backend) in ("", self._origin.node)

    @property
    def connection(self) -> tuple[object, ...]:
        """What tells the client's connection from others."""
        return self._origin.node, self.protocol, self.client, self.asked

    def node_of(self, end: Address | None) -> str:
        """Name the node of an end, as far as the endpoints file has it."""
        return self._endpoints.find(end).node

    def trace(
        self, point: str, to: Address | None, after: int = 0, summary: str = "", **fields: Any
    ) -> None:
        """Tell of the client's packets to an end, at a point, `after` nanoseconds."""
        fields.setdefault("verdict", flow_pb2.FORWARDED)
        flow = self._flow(to, after, reply=False, **fields)
        flow.Type = flow_pb2.L3_L4
        flow.event_type.type = event_types.TRACE
        flow.event_type.sub_type = event_types.TRACE_POINTS[point]
        flow.trace_observation_point = POINTS[point]
        flow.Summary = summary or self.protocol

    def drop(self, to: Address | None, summary: str, **fields: Any) -> None:
        """Tell of a connection that was refused."""
        flow = self._flow(to, 0, reply=False, verdict=flow_pb2.DROPPED, **fields)
        flow.Type = flow_pb2.L3_L4
        flow.event_type.type = event_types.DROP
        flow.event_type.sub_type = flow.drop_reason
        flow.Summary = summary

    def record(
        self, to: Address | None, after: int, l7: flow_pb2.Layer7, summary: str, **fields: Any
    ) -> None:
        """Tell of a request or response between the client and an end."""
        fields.setdefault("verdict", flow_pb2.FORWARDED)
        flow = self._flow(to, after, reply=l7.type == flow_pb2.RESPONSE, **fields)
        flow.Type = flow_pb2.L7
        flow.event_type.type = event_types.L7
        flow.l7.CopyFrom(l7)
        flow.Summary = summary

    def denied(self, policy: str) -> dict[str, Any]:
        """Give the fields of a flow that a policy denied; the policy's name may be empty."""
        reason = flow_pb2.POLICY_DENIED
        fields: dict[str, Any] = {"drop_reason": reason, "drop_reason_desc": reason}
        if policy:
            end = "egress" if self.outbound else "ingress"
            fields[f"{end}_denied_by"] = [flow_pb2.Policy(name=policy)]
        return fields

    def _flow(self, to: Address | None, after: int, *, reply: bool, **fields: Any) -> flow_pb2.Flow:
        """Make an event with a flow between the client and an end; give the flow."""
        event = ExportEvent(node_name=self._origin.full)
        ends = (to, self.client) if reply else (self.client, to)
        source, destination = (self._endpoints.find(end) for end in ends)
        event.flow.MergeFrom(
            flow_pb2.Flow(
                uuid=self._uuids.next(),
                emitter=EMITTER,
                node_name=self._origin.full,
                source=source.endpoint,
                destination=destination.endpoint,
                source_names=source.names,
                destination_names=destination.names,
                reply=reply,
                is_reply=BoolValue(value=reply),
                traffic_direction=self._direction,
                **fields,
            )
        )
        flow = event.flow
        moment = min(self.start + after, LATEST_NS)
        seconds, nanos = divmod(moment, SECOND)
        for time in (flow.time, event.time):
            time.seconds, time.nanos = seconds, nanos
        self._fill_layers(flow, *ends)
        self._fill_service(flow, source, destination, reply)
        self.events.append(event)
        return flow

    def _fill_layers(
        self, flow: flow_pb2.Flow, source: Address | None, destination: Address | None
    ) -> None:
        layer = getattr(flow.l4, self.protocol)
        layer.SetInParent()
        for end, side in ((source, "source"), (destination, "destination")):
            if end is not None:
                setattr(flow.IP, side, end.ip)
                flow.IP.ipVersion = flow_pb2.IPv4 if end.version == 4 else flow_pb2.IPv6
                setattr(layer, f"{side}_port", end.port)

    def _fill_service(
        self, flow: flow_pb2.Flow, source: Known, destination: Known, reply: bool
    ) -> None:
        """Name the service that the client asked; else the one that the end is behind."""
        service = self._service or (source if reply else destination).service
        if service is not None:
            (flow.source_service if reply else flow.destination_service).CopyFrom(service)


def _direction(outbound: bool, client_node: str) -> "flow_pb2.TrafficDirection.ValueType":
    """Say which way it goes, seen from the end on this node: unknown for an unknown client."""
    if not outbound:
        return flow_pb2.INGRESS
    return flow_pb2.EGRESS if client_node else flow_pb2.TRAFFIC_DIRECTION_UNKNOWN


def start_of(common: AccessLogCommon, now: int) -> int:
    """Say when it began; `now` where the entry does not say, or says what is no time."""
    if not common.HasField("start_time"):
        return now
    return to_ns(common.start_time) if is_valid(common.start_time) else now


def nanoseconds(told: Duration) -> int:
    """Read a duration; one below nothing is nothing, and none is longer than a year."""
    return max(0, min(told.seconds * SECOND + told.nanos, 365 * 86_400 * SECOND))
