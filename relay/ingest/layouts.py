"""Which fields of each message the columns of a ring are read from, and what numbers stand for what
is in a oneof."""

from google.protobuf import timestamp_pb2, wrappers_pb2

from proto import flow_pb2, observer_pb2
from relay.ingest.wire import Layout
from relay.rings.classes import KINDS

TRANSPORTS = {
    name: field.number for name, field in flow_pb2.Layer4.DESCRIPTOR.fields_by_name.items()
}
RECORDS = {
    field.name: field.number for field in flow_pb2.Layer7.DESCRIPTOR.oneofs_by_name["record"].fields
}
FLAGS = tuple(field.name for field in flow_pb2.TCPFlags.DESCRIPTOR.fields)
"""Flags of TCP, lowest bit first, as in the column `tcp_flags`."""

WITH_PORTS = ("TCP", "UDP", "SCTP")

ENVELOPE = Layout(observer_pb2.ExportEvent.DESCRIPTOR, (*KINDS, "time"))
FLOW_FIELDS = Layout(
    flow_pb2.Flow.DESCRIPTOR,
    (
        *("time", "verdict", "IP", "l4", "source", "destination", "node_name"),
        *("source_names", "destination_names", "l7", "event_type"),
        *("source_service", "destination_service", "traffic_direction", "drop_reason_desc"),
        *("is_reply", "egress_denied_by", "ingress_denied_by"),
    ),
    several=("source_names", "destination_names", "egress_denied_by", "ingress_denied_by"),
)
TIME = Layout(timestamp_pb2.Timestamp.DESCRIPTOR, ("seconds", "nanos"))
ADDRESSES = Layout(flow_pb2.IP.DESCRIPTOR, ("source", "destination", "ipVersion", "source_xlated"))
LAYER4 = Layout(flow_pb2.Layer4.DESCRIPTOR, (*TRANSPORTS,))
PORTS = Layout(flow_pb2.TCP.DESCRIPTOR, ("source_port", "destination_port", "flags"))
TCP_FLAGS = Layout(flow_pb2.TCPFlags.DESCRIPTOR, FLAGS)
EVENT_TYPE = Layout(flow_pb2.CiliumEventType.DESCRIPTOR, ("type", "sub_type"))
REPLY = Layout(wrappers_pb2.BoolValue.DESCRIPTOR, ("value",))
LAYER7 = Layout(flow_pb2.Layer7.DESCRIPTOR, ("type", "latency_ns", *RECORDS))
DNS = Layout(flow_pb2.DNS.DESCRIPTOR, ("query", "rcode"))
HTTP = Layout(flow_pb2.HTTP.DESCRIPTOR, ("code", "method", "url"))
"""What is looked for in each message. Ports are numbered alike in TCP, UDP and SCTP."""


def flag_bits(flags: flow_pb2.TCPFlags) -> int:
    """Give flags as one number, the first of FLAGS the lowest bit."""
    return sum(1 << bit for bit, name in enumerate(FLAGS) if getattr(flags, name))
