"""A flow in words: its ends, direction, kind, verdict and summary, as Hubble's users know them.

Every printer and the dashboard take their words from here, and what strangers wrote comes out
escaped. Colours, columns and layout are theirs. What is not a flow is in `proto.describe_events`.
"""

from proto import flow_pb2
from proto.describe_ends import Ends, ends, ends_apart, host_and_port, identity
from proto.describe_kind import kind
from proto.enums import enum_name, enum_names
from proto.escape import escape
from proto.event_types import POLICY_VERDICT
from proto.flow_pb2 import Flow

__all__ = [
    "Ends",
    "arrow",
    "auth",
    "ends",
    "ends_apart",
    "escape",
    "host_and_port",
    "identity",
    "kind",
    "summary",
    "verdict",
]

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


def arrow(flow: Flow) -> str:
    """Point from the client to the server: `->`, `<-` for a reply, `<>` where that is unknown."""
    if not flow.HasField("is_reply"):
        return "<>"
    return "<-" if flow.is_reply.value else "->"


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
    text = escape(flow.Summary)
    trace = flow.ip_trace_id.trace_id if flow.HasField("ip_trace_id") else 0
    return f"IP Trace ID: {trace}; {text}" if trace else text


def auth(flow: Flow) -> str:
    """Name the authentication that was asked for; empty where none was."""
    number = flow.auth_type
    return enum_name(flow_pb2.AuthType, number) if number else ""
