"""Flows and filters made for tests: `flow()` for one that reads well, strategies for random ones."""

from typing import Any

from proto import flow_pb2


def flow(**fields: Any) -> flow_pb2.Flow:
    """Make a forwarded TCP flow between two pods; `fields` replace its own."""
    made: dict[str, Any] = {
        "time": {"seconds": 1_760_373_059, "nanos": 23_000_000},
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
