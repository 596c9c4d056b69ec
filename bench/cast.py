"""Who takes part in synthetic flows: endpoints, URLs and DNS names, all from one seed."""

import random
from typing import NamedTuple

from proto import flow_pb2

ENDPOINTS = 1_001
"""Distinct endpoints, the last of them the world outside."""

ADDRESSES_OUTSIDE = 199
"""Addresses of the world; with one for each pod there are 1,199."""

ONE_PERCENT = "needle/percent"
"""Source of one flow in a hundred, as a pod filter."""

ONE_IN_TEN_THOUSAND = "needle/rare"
"""Source of one flow in ten thousand, as a pod filter."""


class Cast(NamedTuple):
    """Everybody, with the cumulative weights by which ends are drawn (zipf: 1, 1/2, 1/3, …)."""

    endpoints: list[flow_pb2.Endpoint]
    addresses: list[str]
    weights: list[float]
    urls: list[str]
    names: list[str]


def cast(rng: random.Random) -> Cast:
    """Draw everybody."""
    pods = [pod(rng, number) for number in range(ENDPOINTS - 1)]
    world = flow_pb2.Endpoint(identity=2, labels=["reserved:world"])
    weights, total = [], 0.0
    for rank in range(1, ENDPOINTS + 1):
        total += 1 / rank
        weights.append(total)
    urls = [f"http://shop-{n % 40}.example:8080/api/v1/item/{n}?page={n % 7}" for n in range(2_400)]
    names = [f"host-{n}.zone-{n % 30}.svc.cluster.local." for n in range(1_254)]
    places = [f"10.{n >> 8}.{n & 255}.7" for n in range(ENDPOINTS - 1)]
    return Cast([*pods, world], places, weights, urls, names)


def pod(rng: random.Random, number: int) -> flow_pb2.Endpoint:
    """Make one of the ordinary pods."""
    app = f"service-{number // 4}"
    return flow_pb2.Endpoint(
        ID=number + 100,
        identity=10_000 + number // 4,
        cluster_name="default",
        namespace=f"tenant-{number % 25}",
        labels=labels(app, f"tenant-{number % 25}"),
        pod_name=f"{app}-{rng.getrandbits(32):08x}-{rng.getrandbits(20):05x}",
        workloads=[flow_pb2.Workload(name=app, kind="Deployment")],
    )


def needle(name: str) -> flow_pb2.Endpoint:
    """Make a pod that queries look for; `name` is `namespace/pod`."""
    namespace, pod_name = name.split("/")
    return flow_pb2.Endpoint(
        ID=7,
        identity=9_000 + len(pod_name),
        cluster_name="default",
        namespace=namespace,
        labels=labels(pod_name, namespace),
        pod_name=pod_name,
    )


def labels(app: str, namespace: str) -> list[str]:
    """Give the labels of a pod, in order."""
    return [
        f"k8s:app={app}",
        "k8s:io.cilium.k8s.policy.cluster=default",
        f"k8s:io.kubernetes.pod.namespace={namespace}",
        "k8s:release=stable-12",
    ]
