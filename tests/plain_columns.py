"""The columns of an event as its message says them, read field by field."""

from proto import flow_pb2
from proto.aggregates.dimensions import say_policies
from proto.observer_pb2 import ExportEvent
from proto.shadow_pb2 import Names
from relay.ingest.extract import host_of
from relay.ingest.layouts import FLAGS, RECORDS, TRANSPORTS
from relay.rings.classes import KINDS
from relay.rings.columns import MAX_CODE, UNKNOWN
from relay.rings.dimensions import Dimensions


def plain_columns(event: ExportEvent, dimensions: Dimensions) -> dict[str, int]:
    """Read the columns INDEXED of an event; new values get their ids here."""
    flow = event.flow
    source, destination = (
        Names(names=[name.encode() for name in names]).SerializeToString()
        for names in (flow.source_names, flow.destination_names)
    )
    denied = [*flow.egress_denied_by, *flow.ingress_denied_by]
    policies = say_policies(denied) if flow.verdict == flow_pb2.DROPPED else ""
    typed = flow.HasField("event_type")
    return {
        "kind": KINDS[event.WhichOneof("response_types") or ""],
        "verdict": flow.verdict,
        "drop_reason": flow.drop_reason_desc,
        "direction": flow.traffic_direction,
        "event_type": flow.event_type.type if typed else UNKNOWN,
        "sub_type": flow.event_type.sub_type if typed else UNKNOWN,
        "is_reply": flow.is_reply.value if flow.HasField("is_reply") else UNKNOWN,
        "ip_version": flow.IP.ipVersion,
        "source": dimensions["endpoint"][flow.source.SerializeToString()],
        "destination": dimensions["endpoint"][flow.destination.SerializeToString()],
        "source_ip": dimensions["address"][flow.IP.source.encode()],
        "destination_ip": dimensions["address"][flow.IP.destination.encode()],
        "source_ip_xlated": dimensions["address"][flow.IP.source_xlated.encode()],
        "source_service": dimensions["service"][flow.source_service.SerializeToString()],
        "destination_service": dimensions["service"][flow.destination_service.SerializeToString()],
        "source_names": dimensions["names"][source],
        "destination_names": dimensions["names"][destination],
        "node_name": dimensions["node"][flow.node_name.encode()],
        "denied_by": dimensions["policy"][policies.encode()],
        **_transport(flow.l4),
        **_layer7(flow.l7, UNKNOWN if flow.HasField("l7") else 0, dimensions),
    }


def _transport(layer4: flow_pb2.Layer4) -> dict[str, int]:
    name = layer4.WhichOneof("protocol")
    ports = getattr(layer4, name) if name in ("TCP", "UDP", "SCTP") else None
    flagged = name == "TCP" and layer4.TCP.HasField("flags")
    bits = sum(getattr(layer4.TCP.flags, flag) << bit for bit, flag in enumerate(FLAGS))
    return {
        "protocol": TRANSPORTS[name] if name else 0,
        "source_port": ports.source_port & 0xFFFF if ports else UNKNOWN,
        "destination_port": ports.destination_port & 0xFFFF if ports else UNKNOWN,
        "tcp_flags": bits if flagged else UNKNOWN,
    }


def _layer7(layer7: flow_pb2.Layer7, absent: int, dimensions: Dimensions) -> dict[str, int]:
    name = layer7.WhichOneof("record")
    return {
        "record": RECORDS[name] if name else absent,
        "l7_type": layer7.type,
        "latency_ns": min(layer7.latency_ns, (1 << 63) - 1),
        "http_code": min(layer7.http.code, MAX_CODE),
        "http_method": dimensions["method"][layer7.http.method.encode()],
        "http_url": dimensions["url"][layer7.http.url.encode()],
        "http_host": dimensions["host"][host_of(layer7.http.url.encode())],
        "dns_query": dimensions["query"][layer7.dns.query.encode()],
        "dns_rcode": layer7.dns.rcode if name == "dns" else UNKNOWN,
    }
