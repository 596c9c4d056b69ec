"""Reads the columns of a ring from one event, field by field.

What `relay.ingest.extract` finds in many events at once is the same.
"""

from __future__ import annotations

from collections.abc import Iterable
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


NAMES = tuple(column.name for column in INDEXED)


def read_event(event: bytes, dimensions: Dimensions) -> tuple[int, int, list[int]]:
    """Give the ring of an event, its own time (NO_TIME: it has none), and its columns INDEXED; new
    values get their ids here."""
    read = _read(event)
    kind, flow = read.WhichOneof("response_types"), read.flow
    ring = DROP if flow.verdict in VERDICTS else L7 if flow.HasField("l7") else FLOW
    columns = {
        "kind": KINDS[kind or ""],
        "verdict": signed(flow.verdict),
        "drop_reason": signed(flow.drop_reason_desc),
        "direction": signed(flow.traffic_direction),
        "denied_by": dimensions["policy"][_denied_by(flow)],
        **_kind(flow),
        **_ends(flow, dimensions),
        **_transport(flow.l4),
        **(_layer7(flow.l7, dimensions) if flow.HasField("l7") else NO_LAYER7),
    }
    return RING_OF_KIND.get(kind or "", ring), _time(read), [columns[name] for name in NAMES]


def _read(event: bytes) -> shadow_pb2.Event:
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
    return clamp(holder.time.seconds * 1_000_000_000 + signed(holder.time.nanos))


def _kind(flow: shadow_pb2.Flow) -> dict[str, int]:
    kind, sub_type = _event_type(flow.event_type) if flow.HasField("event_type") else NO_TYPE
    return {
        "event_type": kind,
        "sub_type": sub_type,
        "is_reply": _truth(flow.is_reply) if flow.HasField("is_reply") else UNKNOWN,
    }


NO_TYPE = (UNKNOWN, UNKNOWN)


@lru_cache(1024)
def _event_type(value: bytes) -> tuple[int, int]:
    read = flow_pb2.CiliumEventType.FromString(value)
    return read.type, read.sub_type


@lru_cache(64)
def _truth(value: bytes) -> bool:
    return BoolValue.FromString(value).value


def _ends(flow: shadow_pb2.Flow, dimensions: Dimensions) -> dict[str, int]:
    endpoint, address, service = (dimensions[d] for d in ("endpoint", "address", "service"))
    addresses = flow.IP
    return {
        "source": endpoint[flow.source],
        "destination": endpoint[flow.destination],
        "source_ip": address[addresses.source],
        "destination_ip": address[addresses.destination],
        "source_ip_xlated": address[addresses.source_xlated],
        "ip_version": signed(addresses.ipVersion),
        "source_service": service[flow.source_service],
        "destination_service": service[flow.destination_service],
        "source_names": dimensions["names"][names(flow.source_names)],
        "destination_names": dimensions["names"][names(flow.destination_names)],
        "node_name": dimensions["node"][flow.node_name],
    }


def names(listed: Iterable[bytes]) -> bytes:
    """Make one value of the names of an end."""
    return shadow_pb2.Names(names=listed).SerializeToString() if listed else b""


def _denied_by(flow: shadow_pb2.Flow) -> bytes:
    return policies(flow) if flow.verdict == flow_pb2.DROPPED else b""


def policies(flow: shadow_pb2.Flow) -> bytes:
    """Name the policies that denied a flow, as `proto.aggregates.dimensions.say_policies` does."""
    found = [*flow.egress_denied_by, *flow.ingress_denied_by]
    named = [p.namespace + b"/" + p.name if p.namespace else p.name for p in found]
    return b",".join(dict.fromkeys(filter(None, named)))


def _transport(layer4: shadow_pb2.Layer4) -> dict[str, int]:
    name = layer4.WhichOneof("protocol")
    ports = getattr(layer4, name) if name in WITH_PORTS else None
    flagged = name == "TCP" and layer4.TCP.HasField("flags")
    return {
        "protocol": TRANSPORTS[name] if name else 0,
        "source_port": ports.source_port & 0xFFFF if ports else UNKNOWN,
        "destination_port": ports.destination_port & 0xFFFF if ports else UNKNOWN,
        "tcp_flags": _flags(layer4.TCP.flags) if flagged else UNKNOWN,
    }


@lru_cache(1024)
def _flags(value: bytes) -> int:
    return flag_bits(flow_pb2.TCPFlags.FromString(value))


NO_LAYER7 = {
    **dict.fromkeys(("record", "l7_type", "latency_ns", "http_code"), 0),
    **dict.fromkeys(("http_method", "http_url", "http_host", "dns_query"), 0),
    "dns_rcode": UNKNOWN,
}
"""The columns of a flow without layer 7."""


def _layer7(layer7: shadow_pb2.Layer7, dimensions: Dimensions) -> dict[str, int]:
    name = layer7.WhichOneof("record")
    url = layer7.http.url
    return {
        "record": RECORDS[name] if name else UNKNOWN,
        "l7_type": signed(layer7.type),
        "latency_ns": min(layer7.latency_ns, INT64[1]),
        "http_code": min(layer7.http.code, MAX_CODE),
        "http_method": dimensions["method"][layer7.http.method],
        "http_url": dimensions["url"][url],
        "http_host": dimensions["host"][host_of(url)],
        "dns_query": dimensions["query"][layer7.dns.query],
        "dns_rcode": layer7.dns.rcode if name == "dns" else UNKNOWN,
    }


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
