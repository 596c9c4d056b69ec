"""Events that are hard to print: one of each kind, every odd part, and what strangers may write."""

from typing import Any

from proto import flow_pb2, observer_pb2, relay_pb2
from proto.event_types import CAPTURE, DROP, L7, POLICY_VERDICT, TRACE, TRACE_SOCK
from tests.factories import event
from tests.messages import HOSTILE

EVIL = f"web{HOSTILE}"
"""A name that tries everything."""


def _l4(protocol: str, **fields: Any) -> dict[str, Any]:
    return {protocol: fields}


def _l7(kind: int, **record: Any) -> dict[str, Any]:
    return {"l7": {"type": kind, **record}, "event_type": {"type": L7}, "Type": flow_pb2.L7}


def _policy(**fields: Any) -> observer_pb2.ExportEvent:
    """A policy's verdict, with names of policies in all four lists."""
    lists = {
        f"{direction}_{decision}_by": [
            {"name": f"{direction}-{decision}", "kind": "CiliumNetworkPolicy", "namespace": "shop"},
            {"name": "nameless-kind"},
            {"name": "second", "kind": "NetworkPolicy"},
        ]
        for direction in ("ingress", "egress")
        for decision in ("allowed", "denied")
    }
    return event(event_type={"type": POLICY_VERDICT}, policy_match_type=1, **lists, **fields)


def _typed(number: int, sub_type: int = 0, **fields: Any) -> observer_pb2.ExportEvent:
    return event(event_type={"type": number, "sub_type": sub_type}, **fields)


FLOWS: tuple[observer_pb2.ExportEvent, ...] = (
    event(Summary="TCP Flags: SYN"),
    event(is_reply={"value": True}, Summary="TCP Flags: SYN, ACK"),
    event(is_reply=None),
    event(time=None, node_name=""),
    event(time={"seconds": 10**15}),
    event(time={"seconds": 1_760_373_059, "nanos": 999_999_999}),
    event(time={"seconds": -62_135_596_800}),
    event(IP=None),
    event(IP=None, ethernet={"source": "aa:bb:cc:00:00:01", "destination": "aa:bb:cc:00:00:02"}),
    event(IP={"source": "fd00::1", "destination": "::1"}, source=None, destination=None),
    event(IP={}, source=None, destination=None),
    event(l4=_l4("UDP", source_port=53)),
    event(l4=_l4("SCTP", source_port=1, destination_port=65535)),
    event(l4=_l4("ICMPv4", type=8), Summary="ICMPv4 EchoRequest"),
    event(l4=_l4("VRRP", vrid=7), Summary=""),
    event(l4=None),
    event(source={"identity": 2}, source_names=["a.example", "b.example"]),
    event(source={"identity": 11, "namespace": "shop"}, source_service={"name": "cart"}),
    event(source={"identity": 0, "pod_name": "lonely"}, destination_service={"namespace": "shop"}),
    event(destination={"identity": 16_777_217, "namespace": "lonely"}),
    event(ip_trace_id={"trace_id": 27}, Summary="UDP", auth_type=flow_pb2.SPIRE),
    event(auth_type=flow_pb2.TEST_ALWAYS_FAIL),
    event(auth_type=77),
    event(verdict=99),
    *(event(verdict=number) for number in flow_pb2.Verdict.values()),
    *(_typed(TRACE, point) for point in range(15)),
    _typed(TRACE, 256 + 3),
    *(_typed(DROP, reason, verdict=flow_pb2.DROPPED) for reason in (0, 2, 133, 159, 181, 205, 255)),
    _typed(CAPTURE, debug_capture_point=flow_pb2.DBG_CAPTURE_FROM_LB),
    _typed(CAPTURE, debug_capture_point=99),
    *(_typed(TRACE_SOCK, sock_xlate_point=point) for point in range(6)),
    _typed(0),
    *(
        _policy(verdict=verdict, traffic_direction=direction)
        for verdict in flow_pb2.Verdict.values()
        for direction in (flow_pb2.INGRESS, flow_pb2.EGRESS)
    ),
    _policy(traffic_direction=0),
    event(event_type={"type": POLICY_VERDICT}, policy_match_type=9, traffic_direction=9),
    event(**_l7(flow_pb2.REQUEST, http={"method": "GET", "url": "http://web/", "code": 0})),
    event(**_l7(flow_pb2.RESPONSE, http={}), Summary="HTTP/1.1 200 3ms (GET http://web/)"),
    event(**_l7(flow_pb2.REQUEST, dns={"query": "a.", "observation_source": "proxy"})),
    event(**_l7(flow_pb2.SAMPLE, kafka={"topic": "orders"})),
    event(**_l7(0), verdict=flow_pb2.ERROR),
    event(**_l7(9)),
    event(
        IP={"source": EVIL, "destination": HOSTILE},
        source={"namespace": EVIL, "pod_name": EVIL, "labels": [EVIL]},
        destination_names=[EVIL, EVIL],
        destination=None,
        node_name=EVIL,
        Summary=f"HTTP/1.1 GET http://{EVIL}\nOct 13 16:35:01.056: forged (ID:1) -> line",
        **_l7(flow_pb2.REQUEST, dns={"query": EVIL, "observation_source": EVIL}),
    ),
    event(
        event_type={"type": POLICY_VERDICT},
        traffic_direction=flow_pb2.EGRESS,
        egress_allowed_by=[{"name": EVIL, "kind": EVIL}],
        source_service={"name": EVIL, "namespace": EVIL},
        source=None,
    ),
    event(IP=None, ethernet={"source": EVIL, "destination": EVIL}),
    event(Summary='quotes " and , commas, 漢字 é'),
)
"""Flows of every kind."""


def _loss(**fields: Any) -> observer_pb2.ExportEvent:
    made = {"source": flow_pb2.HUBBLE_RING_BUFFER, "num_events_lost": 2**64 - 1} | fields
    return observer_pb2.ExportEvent(
        lost_events=flow_pb2.LostEvent(**made), node_name="node-1", time=FLOWS[0].time
    )


LOSSES = (
    _loss(),
    _loss(cpu={"value": 5}, first=FLOWS[0].time, last=FLOWS[5].time),
    _loss(source=9, num_events_lost=0),
)


def _nodes(state: int, names: list[str], message: str = "") -> observer_pb2.ExportEvent:
    change: dict[str, Any] = {"state_change": state, "node_names": names, "message": message}
    status = relay_pb2.NodeStatusEvent(**change)
    return observer_pb2.ExportEvent(node_status=status, node_name="relay", time=FLOWS[0].time)


NODES = (
    _nodes(relay_pb2.NODE_CONNECTED, ["a", "b"]),
    _nodes(relay_pb2.NODE_UNAVAILABLE, [f"node-number-{n}" for n in range(9)]),
    _nodes(relay_pb2.NODE_GONE, ["a"]),
    _nodes(relay_pb2.NODE_ERROR, ["a" * 60, EVIL], f'it said "no" \\ {HOSTILE}'),
    _nodes(9, []),
)

_ADDRESS = {"ip": "fd00::1", "port": 80}
_AGENT: tuple[tuple[int, dict[str, Any]], ...] = (
    (0, {}),
    (0, {"unknown": {"type": EVIL, "notification": EVIL}}),
    (2, {"agent_start": {"time": FLOWS[0].time}}),
    (2, {"agent_start": {}}),
    (3, {"policy_update": {"labels": ["a=b", EVIL], "revision": 7, "rule_count": 2}}),
    (4, {"policy_update": {}}),
    (5, {"endpoint_regenerate": {"id": 7, "labels": ["a"]}}),
    (6, {"endpoint_regenerate": {"id": 7, "error": EVIL}}),
    (7, {"endpoint_update": {"id": 7, "namespace": "shop", "pod_name": EVIL}}),
    (8, {"endpoint_update": {"id": 7}}),
    (9, {"ipcache_update": {"cidr": "10.0.0.0/8", "old_identity": {"value": 3}, "host_ip": "::1"}}),
    (10, {"ipcache_update": {"old_host_ip": EVIL, "encrypt_key": 3}}),
    (
        11,
        {
            "service_upsert": {
                "id": 1,
                "frontend_address": _ADDRESS,
                "backend_addresses": [_ADDRESS, {"ip": "10.0.0.1"}],
                "type": "ClusterIP",
                "traffic_policy": "Local",
                "name": "web",
                "namespace": "shop",
            }
        },
    ),
    (12, {"service_delete": {"id": 1}}),
    (12, {"service_upsert": {"id": 1}}),
    (99, {}),
)


def _agent(kind: int, details: dict[str, Any]) -> observer_pb2.GetAgentEventsResponse:
    made: dict[str, Any] = {"type": kind, **details}
    return observer_pb2.GetAgentEventsResponse(
        agent_event=flow_pb2.AgentEvent(**made), node_name=EVIL, time=FLOWS[0].time
    )


AGENT_EVENTS = tuple(_agent(kind, details) for kind, details in _AGENT)

_DEBUG: tuple[dict[str, Any], ...] = (
    {},
    {"source": {"ID": 7}, "hash": {"value": 0xABFFCD1}, "cpu": {"value": 1}},
    {"source": {"ID": 7, "namespace": "shop", "pod_name": EVIL}, "message": EVIL, "type": 15},
    {"source": {"ID": 7, "labels": ["reserved:host"]}, "hash": {}, "cpu": {"value": 128}},
    {"source": {"namespace": "shop", "labels": ["a", "b"]}, "type": 999},
)
DEBUG_EVENTS = tuple(
    observer_pb2.GetDebugEventsResponse(
        debug_event=flow_pb2.DebugEvent(**fields), node_name="node-1", time=FLOWS[0].time
    )
    for fields in _DEBUG
)
