"""What can be shown of a flow, part by part: its words, and the fields that they are read from.

The field mask of an output and the columns of CSV come from here. Besides the columns named here,
any field of a flow may be one, by its path in the schema (`source.labels`).
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from observe.printers.style import Style
from proto.describe import arrow, auth, ends_apart, escape, identity, kind, summary, verdict
from proto.enums import enum_names
from proto.flow_pb2 import Flow

Show = Callable[[Flow, Style], str]

ADDRESSES = ("IP.source", "IP.destination", "ethernet")
NAMES = tuple(
    f"{end}{part}"
    for end in ("source", "destination")
    for part in (".namespace", ".pod_name", "_service", "_names")
)
PORTS = tuple(
    f"l4.{protocol}.{end}_port"
    for protocol in ("TCP", "UDP", "SCTP")
    for end in ("source", "destination")
)
KIND = (
    "event_type",
    "l7.type",
    "l7.dns.observation_source",
    "l7.http.protocol",
    "l7.kafka.api_key",
    "policy_match_type",
    "traffic_direction",
    "debug_capture_point",
    "sock_xlate_point",
)
POLICIES = ("egress_allowed_by", "egress_denied_by", "ingress_allowed_by", "ingress_denied_by")


class Column(NamedTuple):
    """A part of a flow: how it is shown, and the paths of the fields that it reads."""

    show: Show
    reads: tuple[str, ...]


def _time(flow: Flow, style: Style) -> str:
    return style.clock(flow.time) if flow.HasField("time") else ""


def _protocol(flow: Flow, _: Style) -> str:
    return flow.l7.WhichOneof("record") or (flow.l4.WhichOneof("protocol") or "").lower()


COLUMNS: dict[str, Column] = {
    "time": Column(_time, ("time",)),
    "node": Column(lambda flow, _: escape(flow.node_name), ("node_name",)),
    "source": Column(
        lambda flow, style: ends_apart(flow, style.translate).source, (*ADDRESSES, *NAMES)
    ),
    "source_port": Column(lambda flow, style: ends_apart(flow).source_port, ("IP.source", *PORTS)),
    "source_identity": Column(
        lambda flow, _: identity(flow.source.identity)[1:-1], ("source.identity",)
    ),
    "arrow": Column(lambda flow, _: arrow(flow), ("is_reply",)),
    "destination": Column(
        lambda flow, style: ends_apart(flow, style.translate).destination, (*ADDRESSES, *NAMES)
    ),
    "destination_port": Column(
        lambda flow, style: ends_apart(flow).destination_port, ("IP.source", *PORTS)
    ),
    "destination_identity": Column(
        lambda flow, _: identity(flow.destination.identity)[1:-1], ("destination.identity",)
    ),
    "protocol": Column(_protocol, ("l4", "l7")),
    "kind": Column(lambda flow, _: kind(flow), KIND),
    "verdict": Column(
        lambda flow, style: verdict(flow, style.policy_names), ("verdict", "event_type")
    ),
    "auth": Column(lambda flow, _: auth(flow), ("auth_type",)),
    "summary": Column(lambda flow, _: summary(flow), ("Summary", "ip_trace_id")),
}
"""The columns that have words of their own."""


def column(name: str) -> Column:
    """Find a column by its name or by a field's path; ValueError if it is neither."""
    if name in COLUMNS:
        return COLUMNS[name]
    fields = _resolve(Flow.DESCRIPTOR, name.split("."))
    if fields is None:
        raise ValueError(f"{name!r} is neither a column nor a field of a flow")
    return Column(lambda flow, style: _value(flow, fields, style), (name,))


def paths(names: Iterable[str], style: Style) -> list[str]:
    """List the fields that these columns read, each once, for a field mask."""
    read = [path for name in names for path in column(name).reads]
    if not style.translate:
        read = [path for path in read if path not in NAMES]
    if style.policy_names and "verdict" in read:
        read += ("traffic_direction", *POLICIES)
    return list(dict.fromkeys(read))


def _resolve(descriptor: Descriptor, names: list[str]) -> list[FieldDescriptor] | None:
    """Find the fields of a path; a repeated message can only be its last."""
    field = descriptor.fields_by_name.get(names[0])
    if field is None:
        return None
    if len(names) == 1:
        return [field]
    if field.message_type is None or field.is_repeated:
        return None
    rest = _resolve(field.message_type, names[1:])
    return None if rest is None else [field, *rest]


def _value(flow: Flow, fields: list[FieldDescriptor], style: Style) -> str:
    """Show the field at the end of a path; empty where it is not set."""
    found: Any = flow
    for field in fields:
        if field.has_presence and not found.HasField(field.name):
            return ""
        found = getattr(found, field.name)
    last = fields[-1]
    return ",".join(_text(last, v, style) for v in (found if last.is_repeated else [found]))


def _text(field: FieldDescriptor, value: Any, style: Style) -> str:
    if field.enum_type is not None:
        return enum_names(field.enum_type).get(value) or str(value)
    if field.message_type is None:
        return str(value).lower() if isinstance(value, bool) else escape(str(value))
    if field.message_type.full_name == "google.protobuf.Timestamp":
        return style.clock(value)
    return _json(value)


def _json(value: Any) -> str:
    from proto.jsonlines import to_json

    return to_json(value).decode()
