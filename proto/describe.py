"""A flow in words: its ends, direction, kind, verdict and summary, as Hubble's users know them.

Every printer and the dashboard take their words from here, and what strangers wrote comes out
escaped. Colours, columns and layout are theirs.
"""

from functools import cache
from typing import Any, NamedTuple

from google.protobuf.descriptor import EnumDescriptor

from proto import flow_pb2
from proto.drop_reasons import DROP_REASONS
from proto.escape import escape
from proto.event_types import CAPTURE, DROP, POLICY_VERDICT, TRACE, TRACE_POINT_NAMES, TRACE_SOCK
from proto.flow_pb2 import Endpoint, Flow, Service
from proto.identities import NAMES

__all__ = [
    "Ends",
    "arrow",
    "auth",
    "ends",
    "ends_apart",
    "enum_name",
    "enum_names",
    "escape",
    "host_and_port",
    "identity",
    "kind",
    "summary",
    "verdict",
]


class Ends(NamedTuple):
    """The ends of a flow: names or addresses, and ports or nothing."""

    source: str
    source_port: str
    destination: str
    destination_port: str


def ends(flow: Flow, translate: bool = True) -> tuple[str, str]:
    """Name source and destination, each with its port: `shop/web:80`, `[fd00::1]:80`."""
    source, source_port, destination, destination_port = ends_apart(flow, translate)
    return host_and_port(source, source_port), host_and_port(destination, destination_port)


def ends_apart(flow: Flow, translate: bool = True) -> Ends:
    """Name source and destination: pod, service or DNS names, or the addresses alone."""
    if not flow.HasField("IP"):
        return Ends(escape(flow.ethernet.source), "", escape(flow.ethernet.destination), "")
    ip, (source_port, destination_port) = flow.IP, _ports(flow)
    source, destination = ip.source, ip.destination
    if translate:
        service = flow.source_service if flow.HasField("source_service") else None
        source = _name(flow.source, service) or ",".join(flow.source_names) or source
        service = flow.destination_service if flow.HasField("destination_service") else None
        named = _name(flow.destination, service) or ",".join(flow.destination_names)
        destination = named or destination
    return Ends(escape(source), source_port, escape(destination), destination_port)


def host_and_port(host: str, port: str) -> str:
    """Join a host and a port, if there is one; a host with colons is put in brackets."""
    if not port:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _name(end: Endpoint, service: Service | None) -> str:
    """Name a pod, or else a service; the namespace is the service's if there is one."""
    if service is None:
        name, namespace = end.pod_name, end.namespace
    else:
        name, namespace = end.pod_name or service.name, service.namespace
    return f"{namespace}/{name}" if namespace and name else name


def _ports(flow: Flow) -> tuple[str, str]:
    """Give both ports as text; port 0 and a protocol without ports have none."""
    l4 = flow.l4
    protocol = l4.WhichOneof("protocol")
    if protocol not in WITH_PORTS:
        return "", ""
    layer = getattr(l4, protocol)
    return str(layer.source_port or ""), str(layer.destination_port or "")


def identity(number: int) -> str:
    """Name a security identity: `(world)` or `(ID:1234)`."""
    name = IDENTITIES.get(number)
    return f"({name})" if name else f"(ID:{number})"


def arrow(flow: Flow) -> str:
    """Point from the client to the server: `->`, `<-` for a reply, `<>` where that is unknown."""
    if not flow.HasField("is_reply"):
        return "<>"
    return "<-" if flow.is_reply.value else "->"


def kind(flow: Flow) -> str:
    """Say what was seen and where: `to-endpoint`, `http-request`, `Policy denied`, …"""
    if flow.HasField("l7"):
        return _layer7(flow.l7)
    event = flow.event_type
    number = event.type
    if number == TRACE:
        point = event.sub_type & 0xFF
        return TRACE_POINT_NAMES.get(point) or str(point)
    if number == DROP:
        reason = event.sub_type & 0xFF
        return DROP_REASONS.get(reason) or f"{reason}, 0"
    return _rarer_kind(flow, number)


def _rarer_kind(flow: Flow, number: int) -> str:
    if number == POLICY_VERDICT:
        match = POLICY_MATCHES.get(flow.policy_match_type, "unknown")
        direction = enum_name(flow_pb2.TrafficDirection, flow.traffic_direction)
        return f"policy-verdict:{match} {direction}"
    if number == CAPTURE:
        return enum_name(flow_pb2.DebugCapturePoint, flow.debug_capture_point)
    if number == TRACE_SOCK:
        point = flow.sock_xlate_point
        named = TRANSLATIONS.get(point)
        return named or enum_name(flow_pb2.SocketTranslationPoint, point)
    return "UNKNOWN"


def _layer7(l7: flow_pb2.Layer7) -> str:
    record = l7.WhichOneof("record")
    said = enum_name(flow_pb2.L7FlowType, l7.type).lower()
    if record == "dns":
        return f"dns-{said} {escape(l7.dns.observation_source)}"
    return f"{record or 'l7'}-{said}"


def verdict(flow: Flow, policy_names: bool = False) -> str:
    """Say what was decided; of a policy's verdict also, if wanted, by which policies."""
    number = flow.verdict
    if flow.event_type.type == POLICY_VERDICT and number in DECISIONS:
        names = _policies(flow, number) if policy_names else ""
        return DECISIONS[number] + names
    return VERDICTS.get(number) or str(number)


def _policies(flow: Flow, number: int) -> str:
    """List the policies that decided, as ` BY name (kind), …`; those without both are left out."""
    by = f"{'allowed' if number in ALLOWING else 'denied'}_by"
    direction = DIRECTIONS.get(flow.traffic_direction)
    found = getattr(flow, f"{direction}_{by}") if direction else ()
    names = [f"{escape(p.name)} ({escape(p.kind)})" for p in found if p.name and p.kind]
    return " BY " + ", ".join(names) if names else ""


def summary(flow: Flow) -> str:
    """Give the flow's own summary, after its IP trace id if it has one."""
    trace = flow.ip_trace_id.trace_id
    text = escape(flow.Summary)
    return f"IP Trace ID: {trace}; {text}" if trace else text


def auth(flow: Flow) -> str:
    """Name the authentication that was asked for; empty where none was."""
    number = flow.auth_type
    return enum_name(flow_pb2.AuthType, number) if number else ""


def enum_name(enum: Any, number: int) -> str:
    """Name a value of a generated enum; a number that this version does not know stays a number."""
    return enum_names(enum.DESCRIPTOR).get(number) or str(number)


@cache
def enum_names(enum: EnumDescriptor) -> dict[int, str]:
    """Give the names of an enum's values, by number."""
    return {value.number: value.name for value in reversed(enum.values)}


WITH_PORTS = ("TCP", "UDP", "SCTP")
ALLOWING = {flow_pb2.FORWARDED, flow_pb2.REDIRECTED}
DECISIONS: dict[int, str] = {
    flow_pb2.FORWARDED: "ALLOWED",
    flow_pb2.REDIRECTED: "ALLOWED",
    flow_pb2.DROPPED: "DENIED",
    flow_pb2.ERROR: "DENIED",
    flow_pb2.AUDIT: "AUDITED",
}
"""The verdict's name where it is a policy's."""

VERDICTS = enum_names(flow_pb2.Verdict.DESCRIPTOR)
DIRECTIONS: dict[int, str] = {flow_pb2.INGRESS: "ingress", flow_pb2.EGRESS: "egress"}
IDENTITIES: dict[int, str] = {0: "unknown", **NAMES}
"""Security identities that have a name instead of a number."""

POLICY_MATCHES: dict[int, str] = {
    0: "none",
    1: "L3-Only",
    2: "L3-L4",
    3: "L4-Only",
    4: "all",
    5: "L3-Proto",
    6: "Proto-Only",
}
"""What of a policy matched, by `policy_match_type`."""

TRANSLATIONS: dict[int, str] = {
    flow_pb2.SOCK_XLATE_POINT_PRE_DIRECTION_FWD: "pre-xlate-fwd",
    flow_pb2.SOCK_XLATE_POINT_POST_DIRECTION_FWD: "post-xlate-fwd",
    flow_pb2.SOCK_XLATE_POINT_PRE_DIRECTION_REV: "pre-xlate-rev",
    flow_pb2.SOCK_XLATE_POINT_POST_DIRECTION_REV: "post-xlate-rev",
}
"""Where the address of a socket was translated."""
