"""A hop: one Envoy between a client and a backend, as one entry of its log shows it, and the flows
that are told of it.

The addresses, times and results are facts. That the client's packet was seen at some point and was
redirected is inferred from the hop: the emitter of these flows names this agent. TCP flags are in
no access log, and so in no flow.
"""

from collections.abc import MutableSequence
from itertools import count
from typing import Any, NamedTuple
from uuid import uuid4

from google.protobuf.duration_pb2 import Duration
from google.protobuf.wrappers_pb2 import BoolValue

from agent.sources.envoy.endpoints import NOBODY, Endpoints, Known
from agent.sources.envoy.text import Address, address
from proto import event_types, flow_pb2
from proto.accesslog_pb2 import AccessLogCommon
from proto.observer_pb2 import ExportEvent
from proto.timestamps import LATEST_NS, SECOND, is_valid, to_ns
from proto.version import VERSION

EMITTER = flow_pb2.Emitter(name="palomar agent envoy", version=VERSION)
"""Marks what this agent has inferred."""


def _pattern(kind: int, sub_type: int = 0, *, reply: bool = False, **fields: Any) -> ExportEvent:
    """Make what all flows of one kind have in common."""
    fields.setdefault("verdict", flow_pb2.FORWARDED)
    flow = flow_pb2.Flow(emitter=EMITTER, reply=reply, is_reply=BoolValue(value=reply), **fields)
    flow.Type = flow_pb2.L7 if kind == event_types.L7 else flow_pb2.L3_L4
    flow.event_type.type, flow.event_type.sub_type = kind, sub_type
    return ExportEvent(flow=flow)


SEEN = {
    name: _pattern(
        event_types.TRACE,
        number,
        trace_observation_point=name.replace("-", "_").upper(),
        verdict=flow_pb2.REDIRECTED if name == "to-proxy" else flow_pb2.FORWARDED,
    )
    for name, number in event_types.TRACE_POINTS.items()
}
"""What is seen at an observation point, by the name that the observer prints."""

DENIED = _pattern(event_types.DROP, flow_pb2.POLICY_DENIED)
READ = {
    kind: _pattern(event_types.L7, reply=kind == flow_pb2.RESPONSE)
    for kind in (flow_pb2.REQUEST, flow_pb2.RESPONSE)
}
"""What a proxy reads: a request, or a response."""


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
        self, point: str, to: Address | None, after: int = 0, summary: str = ""
    ) -> flow_pb2.Flow:
        """Tell of packets of the client at a point, `after` nanoseconds; give the flow."""
        flow = self._tell(SEEN[point], to, after)
        flow.Summary = summary or self.protocol
        return flow

    def record(
        self, to: Address | None, after: int, l7: flow_pb2.Layer7, summary: str, trace_id: str = ""
    ) -> flow_pb2.Flow:
        """Tell of a request or response between the client and an end; give the flow."""
        flow = self._tell(READ[l7.type], to, after)
        flow.l7.CopyFrom(l7)
        flow.Summary = summary
        if trace_id:
            flow.trace_context.parent.trace_id = trace_id
        return flow

    def drop(self, to: Address | None, summary: str) -> flow_pb2.Flow:
        """Tell of a connection that a policy denied; give the flow."""
        flow = self._tell(DENIED, to, 0)
        flow.Summary = summary
        return flow

    def deny(self, flow: flow_pb2.Flow, policy: str) -> None:
        """Say that a policy denied a flow; the policy's name may be empty."""
        flow.verdict = flow_pb2.DROPPED
        flow.drop_reason = flow.drop_reason_desc = flow_pb2.POLICY_DENIED
        if policy:
            by = flow.egress_denied_by if self.outbound else flow.ingress_denied_by
            by.add(name=policy)

    def _tell(self, pattern: ExportEvent, to: Address | None, after: int) -> flow_pb2.Flow:
        """Make an event with a flow between the client and an end; give the flow."""
        event = ExportEvent()
        event.CopyFrom(pattern)
        flow = event.flow
        flow.uuid = self._uuids.next()
        flow.node_name = event.node_name = self._origin.full
        flow.traffic_direction = self._direction
        seconds, nanos = divmod(min(self.start + after, LATEST_NS), SECOND)
        for time in (flow.time, event.time):
            time.seconds, time.nanos = seconds, nanos
        ends = (to, self.client) if flow.reply else (self.client, to)
        source, destination = self._endpoints.find(ends[0]), self._endpoints.find(ends[1])
        _fill_end(flow.source, flow.source_names, source)
        _fill_end(flow.destination, flow.destination_names, destination)
        self._fill_layers(flow, *ends)
        self._fill_service(flow, source, destination)
        self.events.append(event)
        return flow

    def _fill_layers(
        self, flow: flow_pb2.Flow, source: Address | None, destination: Address | None
    ) -> None:
        layer = getattr(flow.l4, self.protocol)
        layer.SetInParent()
        ip = flow.IP
        if source is not None:
            ip.source, layer.source_port = source.ip, source.port
        if destination is not None:
            ip.destination, layer.destination_port = destination.ip, destination.port
        if known := source or destination:
            ip.ipVersion = flow_pb2.IPv4 if known.version == 4 else flow_pb2.IPv6

    def _fill_service(self, flow: flow_pb2.Flow, source: Known, destination: Known) -> None:
        """Name the service that the client asked; else the one that the end is behind."""
        service = self._service or (source if flow.reply else destination).service
        if service is not None:
            (flow.source_service if flow.reply else flow.destination_service).CopyFrom(service)


def _fill_end(end: flow_pb2.Endpoint, names: MutableSequence[str], known: Known) -> None:
    if known is not NOBODY:
        end.CopyFrom(known.endpoint)
        names.extend(known.names)


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
