"""The kind of a flow in words: what was seen, and where."""

from proto import flow_pb2
from proto.drop_reasons import DROP_REASONS
from proto.enums import enum_name
from proto.escape import escape
from proto.event_types import CAPTURE, DROP, POLICY_VERDICT, TRACE, TRACE_POINT_NAMES, TRACE_SOCK
from proto.flow_pb2 import Flow

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
