"""All fields of a flow that are set, in words and in groups.

Whatever the schema has is shown, under its own name where there is no better one; the table says
only what goes together. What strangers wrote comes out escaped.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from observe.figures import span
from proto.describe import escape, identity
from proto.describe_events import Clock
from proto.enums import enum_names
from proto.event_types import SUBTYPES, TYPE_NAMES
from proto.flow_pb2 import CiliumEventType, Flow, Policy, TCPFlags, Workload
from proto.observer_pb2 import GetFlowsResponse

EVENT, SOURCE, DESTINATION, TRANSPORT = "What happened", "Source", "Destination", "Transport"
LAYER7, POLICY, TRACE, ENVELOPE = "Layer 7", "Policy", "Trace", "Envelope"

GROUPS: dict[str, tuple[str, ...]] = {
    EVENT: (
        *("time", "node_name", "Summary", "verdict", "drop_reason_desc", "drop_reason", "Type"),
        *("event_type", "is_reply", "reply", "traffic_direction", "auth_type"),
    ),
    SOURCE: (
        *("source.namespace", "source.pod_name", "source.workloads", "source_service"),
        *("source_names", "IP.source", "source_port", "source", "source.labels", "ethernet.source"),
    ),
    DESTINATION: (
        *("destination.namespace", "destination.pod_name", "destination.workloads"),
        *("destination_service", "destination_names", "IP.destination", "destination_port"),
        *("destination", "destination.labels", "ethernet.destination"),
    ),
    LAYER7: ("l7.type", "l7.latency_ns", "l7", "l7.http.headers"),
    TRANSPORT: ("l4", "IP", "tunnel", "interface", "proxy_port", "socket_cookie", "cgroup_id"),
    POLICY: ("policy", "egress_allowed_by", "egress_denied_by", "ingress_"),
    TRACE: ("trace", "ip_trace_id", "debug_capture_point", "sock_xlate_point"),
    ENVELOPE: ("",),
}
"""The groups and what is in them, in order, by how paths begin: the longest beginning counts."""

LABELS = {
    "Summary": "summary",
    "Type": "type",
    "drop_reason_desc": "drop reason",
    "is_reply": "reply",
    "node_name": "node",
    "IP.source": "address",
    "IP.source_xlated": "translated address",
    "IP.destination": "address",
    "IP.ipVersion": "IP version",
    "ethernet.source": "MAC address",
    "ethernet.destination": "MAC address",
    "source.pod_name": "pod",
    "destination.pod_name": "pod",
    "source_service.name": "service",
    "destination_service.name": "service",
    "source_service.namespace": "service namespace",
    "destination_service.namespace": "service namespace",
    "l7.latency_ns": "latency",
    "l7.http.url": "URL",
    "trace_context.parent.trace_id": "trace",
}
"""Better names of fields than their own."""

SHORT = re.compile(
    r"source[._]|destination[._]|l7\.(http|dns|kafka)\.|l7\.|l4\.|IP\.|response\.(?=n)"
)
"""Beginnings of paths that the group says already."""

PORT = re.compile(r"l4\.(TCP|UDP|SCTP)\.(source|destination)_port")

STARTS = {start: name for name, starts in GROUPS.items() for start in starts}
PLACES = {start: place for place, start in enumerate(STARTS)}

REPEATED = {"reply": "is_reply", "drop_reason": "drop_reason_desc"}
"""Fields that older consumers read; left out where their successors are set."""

Whole = dict[str, Callable[[Any], str]]
"""How messages are written in one piece, by type."""


class Row(NamedTuple):
    """A field: its path in the schema, its name for people, and its value, on one line or more."""

    path: str
    label: str
    text: str


def groups(response: GetFlowsResponse, clock: Clock) -> dict[str, list[Row]]:
    """Give the fields of a flow and of its envelope by group; groups without any are left out.

    `clock` writes the times.
    """
    found: dict[str, list[Row]] = {name: [] for name in GROUPS}
    rows = (*_envelope(response, clock), *_fields(response.flow, clock))
    for row in sorted(rows, key=lambda row: PLACES[_start(row.path)]):
        found[STARTS[_start(row.path)]].append(row)
    return {name: rows for name, rows in found.items() if rows}


def _envelope(response: GetFlowsResponse, clock: Clock) -> Iterator[Row]:
    """Give the fields of the envelope that say something else than the flow does."""
    flow = response.flow
    if response.HasField("time") and response.time != flow.time:
        yield Row("response.time", "envelope time", clock(response.time))
    if response.node_name and response.node_name != flow.node_name:
        yield Row("response.node_name", "envelope node", escape(response.node_name))


def _fields(flow: Flow, clock: Clock) -> Iterator[Row]:
    """Give all fields that are set."""
    rows = list(_walk(flow, "", WHOLE | {"google.protobuf.Timestamp": clock}))
    paths = {row.path for row in rows}
    return (row for row in rows if REPEATED.get(row.path) not in paths)


def _walk(message: Message, above: str, whole: Whole) -> Iterator[Row]:
    """Give the fields below a message; one without any is a row by itself."""
    for field, value in message.ListFields():
        path = f"{above}{field.name}"
        kind = field.message_type.full_name if field.message_type else ""
        if kind == "flow.HTTPHeader":
            yield from (Row(path, f"{escape(h.key)}:", escape(h.value)) for h in value)
        elif not kind or kind in whole:
            write = whole[kind] if kind else partial(_text, path, field)
            yield _row(path, "\n".join(map(write, _values(field, value))))
        else:
            for each in _values(field, value):
                below = list(_walk(each, f"{path}.", whole))
                yield from below or [_row(path, "nothing further")]


def _values(field: FieldDescriptor, value: Any) -> list[Any]:
    return list(value) if field.is_repeated else [value]


def _row(path: str, text: str) -> Row:
    port = PORT.fullmatch(path)
    label = f"{port[1]} port" if port else LABELS.get(path)
    if label is None:
        short = SHORT.match(path)
        label = path[short.end() if short else 0 :].replace("_", " ").replace(".", " ")
    return Row(path, label, text)


def _start(path: str) -> str:
    """Find the longest beginning of a path that the table has."""
    path = path.rpartition(".")[2] if PORT.fullmatch(path) else path
    return max((each for each in STARTS if path.startswith(each)), key=len)


def _text(path: str, field: FieldDescriptor, value: Any) -> str:
    """Write one value that is no message."""
    if field.enum_type is not None:
        return enum_names(field.enum_type).get(value) or str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if path.endswith(".identity"):
        return f"{value} {identity(value)}" if "ID:" not in identity(value) else str(value)
    if path.endswith("latency_ns"):
        return f"{span(value)} ({value:,} ns)"
    return escape(str(value))


def _workload(value: Workload) -> str:
    return escape(f"{value.kind} {value.name}".strip())


def _policy(value: Policy) -> str:
    name = f"{value.namespace}/{value.name}" if value.namespace else value.name
    said = [value.kind, f"revision {value.revision}" if value.revision else "", *value.labels]
    return escape(f"{name} ({', '.join(filter(None, said))})")


def _flags(value: TCPFlags) -> str:
    return ", ".join(field.name for field, _ in value.ListFields()) or "none"


def _event_type(value: CiliumEventType) -> str:
    """Name a type and its subtype; each with its number."""
    points = {number: point for point, number in SUBTYPES.get(value.type, {}).items()}
    said = f"{TYPE_NAMES.get(value.type, 'unknown')} ({value.type})"
    point = points.get(value.sub_type, "")
    return f"{said}, {point} ({value.sub_type})" if point or value.sub_type else said


WHOLE: Whole = {
    "google.protobuf.BoolValue": lambda value: "yes" if value.value else "no",
    "google.protobuf.Any": lambda value: f"{escape(value.type_url)}, {len(value.value):,} bytes",
    "flow.Workload": _workload,
    "flow.Policy": _policy,
    "flow.TCPFlags": _flags,
    "flow.CiliumEventType": _event_type,
}
"""Messages that are written in one piece, by type; times besides."""
