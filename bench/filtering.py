"""What judging a flow by a filter costs, for each field that filters have: in this process, by the
plain meaning, over parsed flows.
"""

import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any

from bench.figure import Figure, lower
from bench.flows import events
from bench.report import Options, command
from proto.filters import FIELDS, predicate
from proto.flow_pb2 import Flow, FlowFilter
from proto.observer_pb2 import ExportEvent

FLOWS = 10_000

VALUES: dict[str, Any] = {
    "uuid": ["7a1c0a0e-0000-0000-0000-000000000000"],
    "verdict": ["DROPPED"],
    "traffic_direction": ["INGRESS"],
    "event_type": [{"type": 129}],
    "drop_reason_desc": ["POLICY_DENIED"],
    "reply": [True],
    "encrypted": [True],
    "ip_version": ["IPv6"],
    "ip_trace_id": [7],
    "trace_id": ["4bf92f3577b34da6a3ce929d0e0e4736"],
    "identity": [10_007],
    "cluster_name": ["other"],
    "pod": ["tenant-7/service-7"],
    "service": ["tenant-7/service-7"],
    "protocol": ["dns"],
    "port": ["5432"],
    "tcp_flags": [{"PSH": True}],
    "interface": [{"name": "eth7"}],
    "ip": ["10.1.0.0/16"],
    "ip_xlated": ["10.1.0.0/16"],
    "workload": [{"name": "service-7"}],
    "node_name": ["default/node-7*"],
    "fqdn": ["*.example"],
    "label": ["app in (service-7, service-8), !canary"],
    "node_labels": ["zone=a"],
    "http_status_code": ["5+"],
    "http_method": ["GET"],
    "http_header": [{"key": "User-Agent", "value": "bench/1.0"}],
    "http_path": ["/item/7[0-9]+"],
    "http_url": ["shop-7[.]example"],
    "dns_query": ["host-7.*[.]local"],
    "experimental": {"cel_expression": ["_flow.IP.source == '10.0.0.7'"]},
}
"""A value for each field; those of one end stand for both."""


def named(field: str) -> FlowFilter:
    """Make a filter that has only this field."""
    top = field.partition(".")[0]
    return FlowFilter(**{top: VALUES[top.removeprefix("source_").removeprefix("destination_")]})


def judged(judge: Callable[[Flow], bool], flows: list[Flow]) -> float:
    """Judge all; give the microseconds for each."""
    began = time.process_time()
    for flow in flows:
        judge(flow)
    return (time.process_time() - began) / len(flows) * 1e6


def run(options: Options) -> list[Figure]:
    """Measure."""
    parsed = map(ExportEvent.FromString, events(options.seed, time.time_ns()))
    flows = [each.flow for each in islice(parsed, options.events or FLOWS) if each.HasField("flow")]
    figures = []
    for field in FIELDS:
        judge = predicate([named(field.name)], [])
        assert judge
        once = partial(judged, judge, flows)
        once()
        figures.append(lower(field.name, [once() for _ in range(options.repeat)], "µs/flow"))
    return figures


main = command("filters", run)
"""The command line."""

if __name__ == "__main__":
    main()
