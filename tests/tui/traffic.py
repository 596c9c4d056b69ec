"""Traffic of a small shop for scenes: HTTP with its latencies, lookups that fail, drops, two
backends of one service, all in the last seconds before noon.
"""

from collections.abc import Iterator
from typing import Any

from proto import flow_pb2
from proto.flow_pb2 import Flow
from proto.timestamps import SECOND, from_ns
from tests.factories import NOON_NS, flow

MILLISECOND = SECOND // 1000

SHOP = (
    ("edge/gateway", "shop/frontend", 4, 12),
    ("shop/frontend", "shop/cart", 3, 4),
    ("shop/frontend", "shop/checkout", 2, 150),
    ("shop/checkout", "payments/api", 2, 210),
    ("shop/checkout", "shop/cart", 2, 3),
    ("shop/cart", "data/redis", 3, 1),
)
"""Who calls whom, how often, and in how many milliseconds."""


def end(name: str, pod: str = "a") -> dict[str, Any]:
    """Make an endpoint of a workload, `namespace/workload`, and one of its pods."""
    namespace, _, workload = name.partition("/")
    return {
        "identity": 2000 + sum(map(ord, name)),
        "namespace": namespace,
        "pod_name": f"{workload}-6b5c7d9f88-{pod * 5}",
        "workloads": [{"name": workload, "kind": "Deployment"}],
    }


def service(name: str) -> dict[str, str]:
    """Make a service, `namespace/service`."""
    namespace, _, own = name.partition("/")
    return {"namespace": namespace, "name": own}


def shop() -> list[Flow]:
    """Make some traffic of everything, ordered by time."""
    made = [*requests(), *drops(), *lookups(), *balanced()]
    return sorted(made, key=lambda flow: (flow.time.seconds, flow.time.nanos))


def requests() -> Iterator[Flow]:
    """Make HTTP requests and responses; one in seven responses is a failure."""
    number = 0
    for client, server, times, milliseconds in SHOP:
        for at in range(times * 5):
            number += 1
            code = 503 if number % 7 == 0 else 200
            yield from exchange(client, server, NOON_NS - (at * 9 + 3) * SECOND, code, milliseconds)


def exchange(
    client: str, server: str, at_ns: int, code: int = 200, milliseconds: int = 5, pod: str = "a"
) -> Iterator[Flow]:
    """Make an HTTP request, and the response to it."""
    http = {
        "method": "GET",
        "url": f"http://{server.partition('/')[2]}:8080/",
        "protocol": "HTTP/1.1",
    }
    latency = milliseconds * MILLISECOND
    yield flow(
        time=from_ns(at_ns),
        source=end(client),
        destination=end(server, pod),
        destination_service=service(server),
        Type=flow_pb2.L7,
        event_type={"type": 129},
        l7={"type": flow_pb2.REQUEST, "http": http},
    )
    yield flow(
        time=from_ns(at_ns + latency),
        source=end(server, pod),
        destination=end(client),
        source_service=service(server),
        is_reply={"value": True},
        l4={"TCP": {"source_port": 8080, "destination_port": 45004}},
        Type=flow_pb2.L7,
        event_type={"type": 129},
        l7={"type": flow_pb2.RESPONSE, "latency_ns": latency, "http": http | {"code": code}},
    )


def drops() -> Iterator[Flow]:
    """Make drops, by a policy and by no rule at all."""
    policy = {"name": "only-checkout", "namespace": "payments"}
    for at in range(6):
        yield flow(
            time=from_ns(NOON_NS - (at * 11 + 4) * SECOND),
            verdict=flow_pb2.DROPPED,
            source=end("shop/cart"),
            destination=end("payments/api"),
            drop_reason_desc=flow_pb2.POLICY_DENIED,
            ingress_denied_by=[policy] if at % 2 else [],
            event_type={"type": 1, "sub_type": 133},
        )


def lookups() -> Iterator[Flow]:
    """Make answers to lookups, of which some are that there is no such name."""
    for at in range(8):
        name, rcode = ("mirror.example.org.", 0) if at % 2 else ("mirror.example.org.svc.", 3)
        yield flow(
            time=from_ns(NOON_NS - (at * 7 + 1) * SECOND),
            source=end("kube-system/coredns"),
            destination=end("shop/frontend"),
            source_service=service("kube-system/kube-dns"),
            is_reply={"value": True},
            l4={"UDP": {"source_port": 53, "destination_port": 41000}},
            Type=flow_pb2.L7,
            event_type={"type": 129},
            l7={"type": flow_pb2.RESPONSE, "dns": {"query": name, "rcode": rcode}},
        )


def balanced() -> Iterator[Flow]:
    """Make requests for one service that are shared by two backends."""
    for at in range(8):
        at_ns = NOON_NS - (at * 5 + 2) * SECOND
        yield from exchange("edge/gateway", "shop/echo", at_ns, pod="ab"[at % 2])
