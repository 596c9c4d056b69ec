"""Reads the columns of a ring from one event, field by field.

What `relay.ingest.extract` finds in many events at once is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from google.protobuf.wrappers_pb2 import BoolValue

from proto import flow_pb2, shadow_pb2
from proto.aggregates.dimensions import DIMENSIONS
from proto.observer_pb2 import ExportEvent
from relay.ingest.layouts import RECORDS, TRANSPORTS, WITH_PORTS, flag_bits
from relay.rings.classes import DROP, FLOW, KINDS, L7, RING_OF_KIND, VERDICTS
from relay.rings.columns import INDEXED, MAX_CODE, NO_TIME, UNKNOWN
from relay.rings.dimensions import Dimensions

INT64 = (1 - (1 << 63), (1 << 63) - 1)
"""Times beyond, before 1677 and after 2262, count as the nearest of these; both can be negated."""

Row = tuple[int, ...]

OF_FLOW = ("verdict", "drop_reason", "direction", "event_type", "sub_type", "is_reply", "denied_by")
OF_ENDS = (
    *("source", "destination", "source_service", "destination_service"),
    *("source_names", "destination_names", "node_name"),
)
OF_ADDRESSES = ("source_ip", "destination_ip", "source_ip_xlated", "ip_version")
OF_TRANSPORT = ("protocol", "source_port", "destination_port", "tcp_flags")
OF_LAYER7 = (
    *("record", "l7_type", "latency_ns", "http_code", "http_method", "http_url", "http_host"),
    *("dns_query", "dns_rcode"),
)
READ = ("kind", *OF_FLOW, *OF_ENDS, *OF_ADDRESSES, *OF_TRANSPORT, *OF_LAYER7)
"""The columns INDEXED in the order in which they are read here: each part of an event in turn."""

ORDER = [READ.index(column.name) for column in INDEXED]
"""Where in a row of READ each column of INDEXED is."""

NO_TYPE = (UNKNOWN, UNKNOWN)
NO_LAYER7 = (*[0] * (len(OF_LAYER7) - 1), UNKNOWN)


class Reader:
    """Reads single events; new values get their ids in the dictionaries."""

    def __init__(self, dimensions: Dimensions) -> None:
        self._dimensions = dimensions
        self._endpoint, self._address = dimensions["endpoint"], dimensions["address"]
        self._service, self._names = dimensions["service"], dimensions["names"]

    def read(self, event: bytes) -> tuple[int, int, Row]:
        """Give the ring of an event, its own time (NO_TIME: it has none), and its columns READ."""
        read = parsed(event)
        kind, flow = read.WhichOneof("response_types") or "", read.flow
        layer7 = self._layer7(flow.l7) if flow.HasField("l7") else NO_LAYER7
        ring = DROP if flow.verdict in VERDICTS else FLOW if layer7 is NO_LAYER7 else L7
        row = (
            KINDS[kind],
            *self._flow(flow),
            *self._ends(flow),
            *self._addresses(flow.IP),
            *_transport(flow.l4),
            *layer7,
        )
        return RING_OF_KIND.get(kind, ring), _time(read), row

    def _flow(self, flow: shadow_pb2.Flow) -> Row:
        denied = policies(flow) if flow.verdict == flow_pb2.DROPPED else b""
        return (
            signed(flow.verdict),
            signed(flow.drop_reason_desc),
            signed(flow.traffic_direction),
            *(_event_type(flow.event_type) if flow.HasField("event_type") else NO_TYPE),
            _truth(flow.is_reply) if flow.HasField("is_reply") else UNKNOWN,
            self._dimensions["policy"][denied],
        )

    def _ends(self, flow: shadow_pb2.Flow) -> Row:
        return (
            self._endpoint[flow.source],
            self._endpoint[flow.destination],
            self._service[flow.source_service],
            self._service[flow.destination_service],
            self._names[names(flow.source_names)],
            self._names[names(flow.destination_names)],
            self._dimensions["node"][flow.node_name],
        )

    def _addresses(self, addresses: shadow_pb2.Addresses) -> Row:
        return (
            self._address[addresses.source],
            self._address[addresses.destination],
            self._address[addresses.source_xlated],
            signed(addresses.ipVersion),
        )

    def _layer7(self, layer7: shadow_pb2.Layer7) -> Row:
        name, url, dimensions = layer7.WhichOneof("record"), layer7.http.url, self._dimensions
        return (
            RECORDS[name] if name else UNKNOWN,
            signed(layer7.type),
            min(layer7.latency_ns, INT64[1]),
            min(layer7.http.code, MAX_CODE),
            dimensions["method"][layer7.http.method],
            dimensions["url"][url],
            dimensions["host"][host_of(url)],
            dimensions["query"][layer7.dns.query],
            layer7.dns.rcode if name == "dns" else UNKNOWN,
        )


def parsed(event: bytes) -> shadow_pb2.Event:
    """Parse an event. One that is longer than it need be, as where a part comes twice and is one
    to protobuf, is written anew first: the real message knows how parts become one."""
    read = shadow_pb2.Event.FromString(event)
    if read.ByteSize() != len(event):
        read = shadow_pb2.Event.FromString(ExportEvent.FromString(event).SerializeToString())
    return read


def _time(event: shadow_pb2.Event) -> int:
    """Give the flow's time, else the envelope's, as `proto.selection.event_ns` does."""
    holder = event.flow if event.flow.HasField("time") else event
    if not holder.HasField("time"):
        return NO_TIME
    time = holder.time
    return clamp(time.seconds * 1_000_000_000 + signed(time.nanos))


@lru_cache(1024)
def _event_type(value: bytes) -> tuple[int, int]:
    read = flow_pb2.CiliumEventType.FromString(value)
    return read.type, read.sub_type


@lru_cache(64)
def _truth(value: bytes) -> bool:
    return BoolValue.FromString(value).value


def names(listed: Sequence[bytes]) -> bytes:
    """Make one value of the names of an end."""
    return shadow_pb2.Names(names=listed).SerializeToString() if listed else b""


def policies(flow: shadow_pb2.Flow) -> bytes:
    """Name the policies that denied a flow, as `proto.aggregates.dimensions.say_policies` does."""
    found = [*flow.egress_denied_by, *flow.ingress_denied_by]
    named = [p.namespace + b"/" + p.name if p.namespace else p.name for p in found]
    return b",".join(dict.fromkeys(filter(None, named)))


def _transport(layer4: shadow_pb2.Layer4) -> Row:
    name = layer4.WhichOneof("protocol")
    if name not in WITH_PORTS:
        return TRANSPORTS[name] if name else 0, UNKNOWN, UNKNOWN, UNKNOWN
    ports = getattr(layer4, name)
    flagged = name == "TCP" and ports.HasField("flags")
    flags = _flags(ports.flags) if flagged else UNKNOWN
    return TRANSPORTS[name], ports.source_port & 0xFFFF, ports.destination_port & 0xFFFF, flags


@lru_cache(1024)
def _flags(value: bytes) -> int:
    return flag_bits(flow_pb2.TCPFlags.FromString(value))


@lru_cache(4096)
def host_of(url: bytes) -> bytes:
    """Give the host of a URL, as a dimension says it."""
    return DIMENSIONS["http_host"].say(url.decode()).encode()


def signed(number: int) -> int:
    """Give an unsigned number of 32 bits as the signed one that it was."""
    return number if number < 1 << 31 else number - (1 << 32)


def clamp(time_ns: int) -> int:
    """Give the nearest time that a column holds."""
    return max(INT64[0], min(time_ns, INT64[1]))
