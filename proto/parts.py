"""The parts of a flow that filters look at, by name.

A matcher sees one part and nothing else, so whoever keeps parts apart (the relay's dictionaries)
can judge each part once for all the flows that share it. An absent part is None, or empty where the
part is a text or a list; what a matcher says of an absent part counts, too: `!key` selects an
endpoint that is not there.
"""

from collections.abc import Callable
from typing import Any

from proto.flow_pb2 import DROPPED, Flow


def _drop_reason(flow: Flow) -> int | None:
    """Only a dropped flow has a reason, even if it is 0."""
    return flow.drop_reason_desc if flow.verdict == DROPPED else None


def _reply(flow: Flow) -> bool | None:
    """True, false or unknown; if dropped, unknown counts as false, for users of `reply`."""
    if flow.HasField("is_reply"):
        return flow.is_reply.value
    return False if flow.verdict == DROPPED else None


def _protocols(flow: Flow) -> tuple[str, ...]:
    l4 = flow.l4.WhichOneof("protocol")
    l7 = flow.l7.WhichOneof("record")
    return tuple(name.lower() for name in (l4, l7) if name is not None)


def _port(flow: Flow, end: str) -> int | None:
    name = flow.l4.WhichOneof("protocol")
    if name not in ("TCP", "UDP", "SCTP"):
        return None
    port: int = getattr(getattr(flow.l4, name), end)
    return port & 0xFFFF  # the reference keeps 16 bits


def _tcp_flags(flow: Flow) -> Any:
    return flow.l4.TCP.flags if flow.l4.TCP.HasField("flags") else None


def _event_type(flow: Flow) -> tuple[int, int] | None:
    event = flow.event_type
    return (event.type, event.sub_type) if flow.HasField("event_type") else None


def _message(name: Any) -> Callable[[Flow], Any]:  # a text; stubs know only literals
    return lambda flow: getattr(flow, name) if flow.HasField(name) else None


READERS: dict[str, Callable[[Flow], Any]] = {
    "flow": lambda flow: flow,
    "uuid": lambda flow: flow.uuid,
    "verdict": lambda flow: flow.verdict,
    "drop_reason": _drop_reason,
    "reply": _reply,
    "event_type": _event_type,
    "traffic_direction": lambda flow: flow.traffic_direction,
    "node_name": lambda flow: flow.node_name,
    "node_labels": lambda flow: flow.node_labels,
    "interface": _message("interface"),
    "trace_id": lambda flow: flow.trace_context.parent.trace_id,
    "ip_trace_id": lambda flow: flow.ip_trace_id.trace_id,
    "ip_version": lambda flow: flow.IP.ipVersion,
    "encrypted": lambda flow: flow.IP.encrypted,
    "source_ip": lambda flow: flow.IP.source,
    "source_ip_xlated": lambda flow: flow.IP.source_xlated,
    "destination_ip": lambda flow: flow.IP.destination,
    "source": _message("source"),
    "destination": _message("destination"),
    "source_service": _message("source_service"),
    "destination_service": _message("destination_service"),
    "source_names": lambda flow: flow.source_names,
    "destination_names": lambda flow: flow.destination_names,
    "source_port": lambda flow: _port(flow, "source_port"),
    "destination_port": lambda flow: _port(flow, "destination_port"),
    "protocols": _protocols,
    "tcp_flags": _tcp_flags,
    "http": lambda flow: flow.l7.http if flow.l7.HasField("http") else None,
    "dns_query": lambda flow: flow.l7.dns.query if flow.l7.HasField("dns") else None,
}
"""How to read each part from a flow."""
