"""Reads the columns of a ring from events: column by column, because that is what costs least in
Python.

Sub-messages that repeat are looked up as bytes; the few small ones that are taken apart are
remembered (`Memo`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TypeVar

import numpy as np
from google.protobuf import wrappers_pb2

from proto import flow_pb2, shadow_pb2
from relay.rings.classes import DROP, FLOW, KINDS, L7, RING_OF_KIND, VERDICTS
from relay.rings.columns import INDEXED, MAX_CODE, NO_TIME, UNKNOWN, Ints
from relay.rings.dimensions import Dimension, Dimensions

ABSENT = b"?"
"""What the shadow reads where a part is absent; no message serializes to it."""

INT64 = (1 - (1 << 63), (1 << 63) - 1)
"""Times beyond, before 1677 and after 2262, count as the nearest of these; both can be negated."""

TRANSPORTS = {
    name: field.number for name, field in flow_pb2.Layer4.DESCRIPTOR.fields_by_name.items()
}
RECORDS = {
    field.name: field.number for field in flow_pb2.Layer7.DESCRIPTOR.oneofs_by_name["record"].fields
}
FLAGS = tuple(field.name for field in flow_pb2.TCPFlags.DESCRIPTOR.fields)
"""Flags of TCP, lowest bit first, as in the column `tcp_flags`."""


Flows = Sequence[shadow_pb2.Flow]
Read = TypeVar("Read")


class Memo(dict[bytes, Read]):
    """What small messages were read as, by their bytes; forgets all when full."""

    LIMIT = 4096

    def __init__(self, absent: Read, read: Callable[[bytes], Read]) -> None:
        super().__init__({ABSENT: absent})
        self._absent = absent
        self._read = read

    def __missing__(self, value: bytes) -> Read:
        if len(self) >= self.LIMIT:
            self.clear()
            self[ABSENT] = self._absent
        found = self[value] = self._read(value)
        return found


def _event_type(value: bytes) -> tuple[int, int]:
    read = flow_pb2.CiliumEventType.FromString(value)
    return read.type, read.sub_type


def _reply(value: bytes) -> int:
    return int(wrappers_pb2.BoolValue.FromString(value).value)


def _flags(value: bytes) -> int:
    return flag_bits(flow_pb2.TCPFlags.FromString(value))


def flag_bits(flags: flow_pb2.TCPFlags) -> int:
    """Give flags as one number, the first of FLAGS the lowest bit."""
    return sum(1 << bit for bit, name in enumerate(FLAGS) if getattr(flags, name))


EVENT_TYPES = Memo((UNKNOWN, UNKNOWN), _event_type)
REPLIES = Memo(UNKNOWN, _reply)
TCP_FLAGS = Memo(UNKNOWN, _flags)

NO_PORTS = shadow_pb2.Ports()
PORTS: defaultdict[str | None, Callable[[shadow_pb2.Layer4], shadow_pb2.Ports]] = defaultdict(
    lambda: lambda l4: NO_PORTS,
    {name: attrgetter(name) for name in ("TCP", "UDP", "SCTP")},
)
"""How to get the ports of each protocol."""


RECORD = (
    "record",
    "http_code",
    "http_method",
    "http_url",
    "dns_query",
    "l7_type",
    "latency_ns",
    "dns_rcode",
)
"""Columns that are read from layer 7."""


def times(shadows: Sequence[shadow_pb2.Event], flows: Flows) -> list[int | None]:
    """Give the events' own times in nanoseconds: the flow's, else the envelope's, else None."""
    found = [t.seconds * 1_000_000_000 + t.nanos for t in [f.time for f in flows]]
    if found and min(found) > 0 and max(found) <= INT64[1]:
        return list(found)
    plain = range(1, INT64[1] + 1)
    return [ns if ns in plain else _time(e) for ns, e in zip(found, shadows, strict=True)]


def _time(event: shadow_pb2.Event) -> int | None:
    for holder in (event.flow, event):
        if holder.HasField("time"):
            return clamp(holder.time.seconds * 1_000_000_000 + holder.time.nanos)
    return None


def places(own: Sequence[int | None], now_ns: int, latest_ns: int) -> tuple[Ints, Ints, Ints]:
    """Give the time that each event is sorted by, how far its own is from it, and how long after it
    the event arrived, in milliseconds.

    An event without a time, or with one after `latest_ns`, is sorted by its arrival.
    """
    lacks = [time is None for time in own] if None in own else []
    known = [now_ns if time is None else time for time in own] if lacks else own
    times = np.array(known, np.int64)
    orders = np.where(times > latest_ns, now_ns, times)
    skews = times - orders
    if lacks:
        skews[lacks] = NO_TIME
    return orders, skews, (now_ns - orders) // 1_000_000


def clamp(time_ns: int) -> int:
    """Give the nearest time that a column holds."""
    return max(INT64[0], min(time_ns, INT64[1]))


def rings(flows: Flows, kinds: Sequence[str]) -> Ints:
    """Give the ring that each event belongs to."""
    found = [DROP if f.verdict in VERDICTS else FLOW if f.l7 == ABSENT else L7 for f in flows]
    if not set(kinds) <= {"flow"}:
        found = [RING_OF_KIND.get(kind, ring) for kind, ring in zip(kinds, found, strict=True)]
    return np.fromiter(found, np.int64, len(found))


def columns(flows: Flows, kinds: Sequence[str], dimensions: Dimensions) -> list[Ints]:
    """Read the columns INDEXED, each over all events; new values get their ids here."""
    types = [EVENT_TYPES[f.event_type] for f in flows]
    found: dict[str, Sequence[int]] = {
        **_ends(flows, dimensions),
        **_transport(flows),
        **_records(flows, dimensions),
        "kind": [KINDS[kind] for kind in kinds],
        "verdict": [f.verdict for f in flows],
        "drop_reason": [f.drop_reason_desc for f in flows],
        "direction": [f.traffic_direction for f in flows],
        "event_type": [kind for kind, _ in types],
        "sub_type": [subtype for _, subtype in types],
        "is_reply": [REPLIES[f.is_reply] for f in flows],
        "denied_by": _policies(flows, dimensions["policy"]),
    }
    return [np.fromiter(found[column.name], np.int64, len(flows)) for column in INDEXED]


def _policies(flows: Flows, policies: Dimension) -> list[int]:
    """Name the policies that denied: only a drop has any."""
    return [policies[denied_by(f)] if f.verdict == flow_pb2.DROPPED else 0 for f in flows]


def denied_by(flow: shadow_pb2.Flow) -> bytes:
    """Name the policies that denied a flow, as `proto.aggregates.dimensions.say_policies` does."""
    found = [*flow.egress_denied_by, *flow.ingress_denied_by]
    named = [p.namespace + b"/" + p.name if p.namespace else p.name for p in found]
    return b",".join(dict.fromkeys(filter(None, named)))


def _ends(flows: Flows, dimensions: Dimensions) -> dict[str, Sequence[int]]:
    endpoint, address, service = (dimensions[d] for d in ("endpoint", "address", "service"))
    names, node = dimensions["names"], dimensions["node"]
    layers = [f.IP for f in flows]
    return {
        "source": [endpoint[f.source] for f in flows],
        "destination": [endpoint[f.destination] for f in flows],
        "source_ip": [address[ip.source] for ip in layers],
        "destination_ip": [address[ip.destination] for ip in layers],
        "source_ip_xlated": [address[ip.source_xlated] for ip in layers],
        "ip_version": [ip.ipVersion for ip in layers],
        "source_service": [service[f.source_service] for f in flows],
        "destination_service": [service[f.destination_service] for f in flows],
        "source_names": [_names(f.source_names, names) if f.source_names else 0 for f in flows],
        "destination_names": [
            _names(f.destination_names, names) if f.destination_names else 0 for f in flows
        ],
        "node_name": [node[f.node_name] for f in flows],
    }


def _names(found: Sequence[bytes], names: Dimension) -> int:
    return names[shadow_pb2.Names(names=found).SerializeToString()]


def _transport(flows: Flows) -> dict[str, Sequence[int]]:
    layers = [f.l4 for f in flows]
    found = [l4.WhichOneof("protocol") for l4 in layers]
    ports = [PORTS[name](l4) for l4, name in zip(layers, found, strict=True)]
    return {
        "protocol": [TRANSPORTS[name] if name else 0 for name in found],
        "source_port": [p.source_port & 0xFFFF if p is not NO_PORTS else UNKNOWN for p in ports],
        "destination_port": [
            p.destination_port & 0xFFFF if p is not NO_PORTS else UNKNOWN for p in ports
        ],
        "tcp_flags": [
            TCP_FLAGS[p.flags] if name == "TCP" else UNKNOWN
            for p, name in zip(ports, found, strict=True)
        ],
    }


def _records(flows: Flows, dimensions: Dimensions) -> dict[str, Sequence[int]]:
    none = (0, 0, 0, 0, 0, 0, 0, UNKNOWN)
    found = [none if f.l7 == ABSENT else _record(f.l7, dimensions) for f in flows]
    return dict(zip(RECORD, zip(*found, strict=True) if found else [()] * len(RECORD), strict=True))


def _record(value: bytes, dimensions: Dimensions) -> tuple[int, ...]:
    read = shadow_pb2.Layer7.FromString(value)
    name = read.WhichOneof("record")
    http = read.http
    return (
        RECORDS[name] if name else UNKNOWN,
        min(http.code, MAX_CODE),
        dimensions["method"][http.method],
        dimensions["url"][http.url],
        dimensions["query"][read.dns.query],
        read.type,
        min(read.latency_ns, INT64[1]),
        read.dns.rcode if name == "dns" else UNKNOWN,
    )
