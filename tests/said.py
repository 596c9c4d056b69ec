"""The columns of an event as its real message says them: what a relay that reads bytes is held
against."""

from proto import flow_pb2
from proto.aggregates.dimensions import say_policies
from proto.observer_pb2 import ExportEvent
from proto.shadow_pb2 import Names
from relay.ingest.layouts import RECORDS, TRANSPORTS, WITH_PORTS, flag_bits
from relay.ingest.single import INT64, host_of
from relay.rings.classes import KINDS
from relay.rings.columns import MAX_CODE, UNKNOWN
from relay.rings.dimensions import Dimensions


def columns_said(event: ExportEvent, dimensions: Dimensions) -> dict[str, int]:
    """Give the columns INDEXED by name."""
    flow = event.flow
    typed = flow.HasField("event_type")
    return {
        "kind": KINDS[event.WhichOneof("response_types") or ""],
        "verdict": flow.verdict,
        "drop_reason": flow.drop_reason_desc,
        "direction": flow.traffic_direction,
        "event_type": flow.event_type.type if typed else UNKNOWN,
        "sub_type": flow.event_type.sub_type if typed else UNKNOWN,
        "is_reply": flow.is_reply.value if flow.HasField("is_reply") else UNKNOWN,
        "denied_by": dimensions["policy"][_denied_by(flow).encode()],
        **_ends(flow, dimensions),
        **_transport(flow.l4),
        **_layer7(flow, dimensions),
    }


def _denied_by(flow: flow_pb2.Flow) -> str:
    if flow.verdict != flow_pb2.DROPPED:
        return ""
    return say_policies([*flow.egress_denied_by, *flow.ingress_denied_by])


def _ends(flow: flow_pb2.Flow, dimensions: Dimensions) -> dict[str, int]:
    source, destination = (
        Names(names=[name.encode() for name in names]).SerializeToString()
        for names in (flow.source_names, flow.destination_names)
    )
    endpoint, address, service = (dimensions[d] for d in ("endpoint", "address", "service"))
    return {
        "source": endpoint[flow.source.SerializeToString()],
        "destination": endpoint[flow.destination.SerializeToString()],
        "source_ip": address[flow.IP.source.encode()],
        "destination_ip": address[flow.IP.destination.encode()],
        "source_ip_xlated": address[flow.IP.source_xlated.encode()],
        "ip_version": flow.IP.ipVersion,
        "source_service": service[flow.source_service.SerializeToString()],
        "destination_service": service[flow.destination_service.SerializeToString()],
        "source_names": dimensions["names"][source],
        "destination_names": dimensions["names"][destination],
        "node_name": dimensions["node"][flow.node_name.encode()],
    }


def _transport(layer4: flow_pb2.Layer4) -> dict[str, int]:
    name = layer4.WhichOneof("protocol")
    ports = getattr(layer4, name) if name in WITH_PORTS else None
    flagged = name == "TCP" and layer4.TCP.HasField("flags")
    return {
        "protocol": TRANSPORTS[name] if name else 0,
        "source_port": ports.source_port & 0xFFFF if ports else UNKNOWN,
        "destination_port": ports.destination_port & 0xFFFF if ports else UNKNOWN,
        "tcp_flags": flag_bits(layer4.TCP.flags) if flagged else UNKNOWN,
    }


def _layer7(flow: flow_pb2.Flow, dimensions: Dimensions) -> dict[str, int]:
    layer7, absent = flow.l7, UNKNOWN if flow.HasField("l7") else 0
    name = layer7.WhichOneof("record")
    url = layer7.http.url.encode()
    return {
        "record": RECORDS[name] if name else absent,
        "l7_type": layer7.type,
        "latency_ns": min(layer7.latency_ns, INT64[1]),
        "http_code": min(layer7.http.code, MAX_CODE),
        "http_method": dimensions["method"][layer7.http.method.encode()],
        "http_url": dimensions["url"][url],
        "http_host": dimensions["host"][host_of(url)],
        "dns_query": dimensions["query"][layer7.dns.query.encode()],
        "dns_rcode": layer7.dns.rcode if name == "dns" else UNKNOWN,
    }
