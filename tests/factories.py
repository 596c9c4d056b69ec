"""Flows and filters made for tests: `flow()` for one that reads well, strategies for random ones.

Random flows and filters draw from the same small pools: filters match now and then, flows repeat.
"""

from typing import Any

from hypothesis import strategies as st

from proto import flow_pb2, observer_pb2
from proto.timestamps import EARLIEST_NS, LATEST_NS, from_ns
from tests.pools import (
    ADDRESSES,
    CLUSTERS,
    DOMAINS,
    EVENT_TYPES,
    HEADERS,
    IDENTITIES,
    INTERFACES,
    LABELS,
    METHODS,
    NAMES,
    NAMESPACES,
    NODES,
    PORTS,
    TCP_FLAGS,
    TRACE_IDS,
    URLS,
    WEIRD,
    WORKLOADS,
)

NOON_NS = 1_760_373_059_023_000_000
"""The time of `flow()`: 2025-10-13T16:30:59.023Z."""


def flow(**fields: Any) -> flow_pb2.Flow:
    """Make a forwarded TCP flow between two pods; `fields` replace its own."""
    made: dict[str, Any] = {
        "time": from_ns(NOON_NS),
        "verdict": flow_pb2.FORWARDED,
        "IP": {"source": "10.0.0.1", "destination": "10.0.0.2", "ipVersion": flow_pb2.IPv4},
        "l4": {"TCP": {"source_port": 45004, "destination_port": 8080, "flags": {"SYN": True}}},
        "source": {"identity": 1001, "namespace": "cilium-test", "pod_name": "client2-6dd75b74c6"},
        "destination": {"identity": 1002, "namespace": "cilium-test", "pod_name": "echo-same-node"},
        "Type": flow_pb2.L3_L4,
        "node_name": "default/node-1",
        "event_type": {"type": 4, "sub_type": 5},
        "traffic_direction": flow_pb2.EGRESS,
        "is_reply": {"value": False},
    }
    return flow_pb2.Flow(**(made | fields))


def event(**fields: Any) -> observer_pb2.ExportEvent:
    """Make the envelope of `flow(**fields)`, with the flow's node and time."""
    inner = flow(**fields)
    time = inner.time if inner.HasField("time") else None
    return observer_pb2.ExportEvent(flow=inner, node_name=inner.node_name, time=time)


def lost(count: int = 1, **fields: Any) -> observer_pb2.ExportEvent:
    """Make the envelope of a loss of so many events; `fields` are the envelope's."""
    loss = flow_pb2.LostEvent(source=flow_pb2.HUBBLE_RING_BUFFER, num_events_lost=count)
    return observer_pb2.ExportEvent(lost_events=loss, **fields)


def enums(values: Any) -> st.SearchStrategy[int]:
    """Draw one of the numbers of an enum."""
    return st.sampled_from(sorted(values.values()))


def parts(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw the fields of a message, any of which may be missing."""
    return st.fixed_dictionaries({}, optional=optional)


def times_ns() -> st.SearchStrategy[int]:
    """Draw times: mostly a few close ones that repeat, now and then one far off."""
    close = st.sampled_from([0, 1, 999, 1_000_000, 1_000_001, 3_600_000_000_000])
    anywhere = st.integers(EARLIEST_NS, LATEST_NS)
    return st.one_of(close.map(lambda ns: NOON_NS + ns), close.map(lambda ns: -ns), anywhere)


def endpoints() -> st.SearchStrategy[flow_pb2.Endpoint]:
    """Draw endpoints, of which an empty one is one."""
    return parts(
        ID=st.integers(0, 3),
        identity=IDENTITIES,
        cluster_name=CLUSTERS,
        namespace=NAMESPACES,
        pod_name=NAMES | WEIRD,
        labels=st.lists(LABELS | WEIRD, max_size=3),
        workloads=st.lists(WORKLOADS, max_size=2),
    ).map(lambda fields: flow_pb2.Endpoint(**fields))


def layer4() -> st.SearchStrategy[dict[str, Any]]:
    """Draw layer 4 of every protocol, and of none."""
    ports = PORTS | st.just(65_536 + 80)  # of more than 16 bits: so the field, not the protocol
    ends = parts(source_port=ports, destination_port=ports)
    tcp = parts(source_port=ports, destination_port=ports, flags=TCP_FLAGS)
    icmp = parts(type=st.integers(0, 8), code=st.integers(0, 3))
    return st.one_of(
        tcp.map(lambda fields: {"TCP": fields}),
        ends.map(lambda fields: {"UDP": fields}),
        ends.map(lambda fields: {"SCTP": fields}),
        icmp.map(lambda fields: {"ICMPv4": fields}),
        icmp.map(lambda fields: {"ICMPv6": fields}),
        st.sampled_from([{}, {"VRRP": {"vrid": 7}}, {"IGMP": {"group_address": "224.0.0.1"}}]),
    )


def layer7() -> st.SearchStrategy[dict[str, Any]]:
    """Draw layer 7 records of every kind, and none."""
    codes = st.sampled_from([0, 7, 200, 204, 403, 404, 503])
    http = parts(
        code=codes, method=METHODS, url=URLS | WEIRD, headers=st.lists(HEADERS, max_size=2)
    )
    dns = parts(query=DOMAINS | WEIRD, rcode=st.integers(0, 3), ips=st.lists(ADDRESSES, max_size=2))
    kinds = enums(flow_pb2.L7FlowType)
    return st.one_of(
        st.builds(lambda kind, record: {"type": kind, "http": record}, kinds, http),
        st.builds(lambda kind, record: {"type": kind, "dns": record}, kinds, dns),
        st.builds(lambda kind: {"type": kind, "kafka": {"topic": "orders"}}, kinds),
        st.just({"latency_ns": 2**64 - 1}),
    )


def flows() -> st.SearchStrategy[flow_pb2.Flow]:
    """Draw flows of every kind, of which any part may be missing."""
    services = parts(name=NAMES, namespace=NAMESPACES)
    return parts(
        time=times_ns().map(from_ns),
        uuid=st.sampled_from(["", "u-1", "u-2"]),
        verdict=enums(flow_pb2.Verdict),
        drop_reason_desc=st.sampled_from([0, 133, 181]),
        IP=parts(
            source=ADDRESSES | WEIRD,
            source_xlated=ADDRESSES,
            destination=ADDRESSES,
            ipVersion=enums(flow_pb2.IPVersion),
            encrypted=st.booleans(),
        ),
        l4=layer4(),
        source=endpoints(),
        destination=endpoints(),
        Type=enums(flow_pb2.FlowType),
        node_name=NODES | WEIRD,
        node_labels=st.lists(LABELS, max_size=2),
        source_names=st.lists(DOMAINS | WEIRD, max_size=2),
        destination_names=st.lists(DOMAINS, max_size=2),
        l7=layer7(),
        reply=st.booleans(),
        is_reply=st.booleans().map(lambda value: {"value": value}),
        event_type=parts(type=EVENT_TYPES, sub_type=st.integers(0, 5)),
        source_service=services,
        destination_service=services,
        traffic_direction=enums(flow_pb2.TrafficDirection),
        interface=INTERFACES,
        trace_context=TRACE_IDS.map(lambda text: {"parent": {"trace_id": text}}),
        ip_trace_id=st.integers(0, 3).map(lambda number: {"trace_id": number}),
        socket_cookie=st.just(2**64 - 1),
        egress_denied_by=st.just([{"name": "deny-all", "namespace": "shop"}]),
        Summary=WEIRD,
    ).map(lambda fields: flow_pb2.Flow(**fields))


def events() -> st.SearchStrategy[observer_pb2.ExportEvent]:
    """Draw envelopes of flows, and a few of losses; node and time may be missing."""
    losses = st.integers(1, 3).map(lambda count: {"num_events_lost": count})
    return st.one_of(
        parts(node_name=NODES, time=times_ns().map(from_ns)).flatmap(
            lambda fields: flows().map(lambda inner: observer_pb2.ExportEvent(flow=inner, **fields))
        ),
        parts(lost_events=losses, time=times_ns().map(from_ns)).map(
            lambda fields: observer_pb2.ExportEvent(**({"lost_events": {}} | fields))
        ),
    )


_POD_FILTERS = st.sampled_from(["cart", "shop/", "shop/cart-", "/", "/web", "default/web", "a/b/c"])
_IP_FILTERS = st.sampled_from(["10.0.0.1", "10.0.0.0/16", "::1", "fd00::/8", "0.0.0.0/0", "::/0"])
_FQDN_FILTERS = st.sampled_from(["*", "*.com", "example.com.", "WWW.example.*", "_dns.*"])
_LABEL_FILTERS = st.sampled_from(
    [
        "",
        "k8s:app=web",
        "app!=cart",
        "any:app in (web, cart)",
        "app notin (web)",
        "!tier",
        "tier,reserved:host",
        "k8s:empty=",
        "id>5",
        "cidr:10.0.0.0/7",
    ]
)
_PORT_FILTERS = PORTS.map(str)
_PATTERNS = st.sampled_from(["foo", "^/$", "/v1/[0-9]$", "(?i)CILIUM", ".*", "#top$"])
_CEL = st.sampled_from(
    [
        "_flow.verdict == Verdict.DROPPED",
        "_flow.source.pod_name.startsWith('c')",
        "has(_flow.l7) && _flow.l4.TCP.destination_port > uint(80)",
        "1 / _flow.event_type.type == 0",
    ]
)
_EVENT_TYPE_FILTERS = st.builds(
    flow_pb2.EventTypeFilter,
    type=EVENT_TYPES,
    match_sub_type=st.booleans(),
    sub_type=st.integers(0, 5),
)

FILTER_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "uuid": st.sampled_from(["", "u-1"]),
    "verdict": enums(flow_pb2.Verdict),
    "traffic_direction": enums(flow_pb2.TrafficDirection),
    "event_type": _EVENT_TYPE_FILTERS,
    "drop_reason_desc": st.sampled_from([0, 133]),
    "reply": st.booleans(),
    "encrypted": st.booleans(),
    "ip_version": enums(flow_pb2.IPVersion),
    "ip_trace_id": st.integers(0, 3),
    "trace_id": TRACE_IDS,
    "source_identity": IDENTITIES,
    "destination_identity": IDENTITIES,
    "source_cluster_name": CLUSTERS,
    "destination_cluster_name": CLUSTERS,
    "source_pod": _POD_FILTERS,
    "destination_pod": _POD_FILTERS,
    "source_service": _POD_FILTERS,
    "destination_service": _POD_FILTERS,
    "protocol": st.sampled_from(["tcp", "UDP", "icmp", "icmpv6", "vrrp", "http", "dns", "kafka"]),
    "source_port": _PORT_FILTERS,
    "destination_port": _PORT_FILTERS,
    "tcp_flags": TCP_FLAGS,
    "interface": INTERFACES,
    "source_ip": _IP_FILTERS,
    "destination_ip": _IP_FILTERS,
    "source_ip_xlated": _IP_FILTERS,
    "source_workload": WORKLOADS,
    "destination_workload": WORKLOADS,
    "node_name": st.sampled_from(["*", "node-1", "default/", "prod-eu/*.company.com", "**/web*"]),
    "source_fqdn": _FQDN_FILTERS,
    "destination_fqdn": _FQDN_FILTERS,
    "source_label": _LABEL_FILTERS,
    "destination_label": _LABEL_FILTERS,
    "node_labels": _LABEL_FILTERS,
    "http_status_code": st.sampled_from(["404", "2+", "40+", "503"]),
    "http_method": st.sampled_from(["Get", "POST"]),
    "http_header": HEADERS,
    "http_path": _PATTERNS,
    "http_url": _PATTERNS,
    "dns_query": _PATTERNS,
    "experimental.cel_expression": _CEL,
}
"""How to draw a valid value of each FlowFilter field."""


def flow_filters(fields: tuple[str, ...] = tuple(FILTER_VALUES)) -> st.SearchStrategy[Any]:
    """Draw valid filters of up to three of the fields, or of none; one or two values each."""
    chosen = st.lists(st.sampled_from(fields), max_size=3, unique=True)
    return chosen.flatmap(
        lambda names: st.fixed_dictionaries(
            {name: st.lists(FILTER_VALUES[name], min_size=1, max_size=2) for name in names}
        )
    ).map(flow_filter)


def flow_filter(values: dict[str, Any]) -> flow_pb2.FlowFilter:
    """Make a filter from values by field name; one about HTTP gets l7 among its event types."""
    fields = dict(values)
    if "event_type" in fields and any(name.startswith("http") for name in fields):
        fields["event_type"] = [*fields["event_type"], {"type": 129}]
    if "experimental.cel_expression" in fields:
        expressions = fields.pop("experimental.cel_expression")
        fields["experimental"] = {"cel_expression": expressions}
    return flow_pb2.FlowFilter(**fields)


def filter_lists() -> st.SearchStrategy[list[flow_pb2.FlowFilter]]:
    """Draw lists of filters, as a request has two of them; most are short."""
    return st.lists(flow_filters(), max_size=2)
