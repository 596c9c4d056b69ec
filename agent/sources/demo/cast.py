"""The cast of the demo: pods on two nodes, the services before them, and the world outside."""

from dataclasses import dataclass
from typing import NamedTuple

from proto import flow_pb2
from proto.identities import RESERVED

CLUSTER = "demo"
"""Cluster of the demo's endpoints, unless another is given."""

NODE_ADDRESSES = ("172.18.0.11", "172.18.0.12")
"""Addresses of the two nodes."""

NODE_LABELS = (
    ("kubernetes.io/os=linux", "topology.kubernetes.io/zone=zone-a", "node-role=control-plane"),
    ("kubernetes.io/os=linux", "topology.kubernetes.io/zone=zone-b", "node-role=worker"),
)
"""Labels of the two nodes."""


@dataclass(frozen=True)
class End:
    """One end of a connection. `node` is the index of its node, None outside of the cluster."""

    name: str
    address: str
    identity: int
    labels: tuple[str, ...]
    namespace: str = ""
    workload: str = ""
    kind: str = ""
    id: int = 0
    six: str = ""
    node: int | None = None
    names: tuple[str, ...] = ()
    """DNS names by which those inside know it."""

    def endpoint(self, at: int | None = None) -> flow_pb2.Endpoint:
        """Make the endpoint that the node `at` reports: it knows the numbers of its own pods
        only.
        """
        made = flow_pb2.Endpoint(identity=self.identity, labels=self.labels)
        if self.namespace:
            made.cluster_name = CLUSTER
            made.namespace, made.pod_name = self.namespace, self.name
            made.workloads.add(name=self.workload, kind=self.kind)
        if at is not None and at == self.node:
            made.ID = self.id
        return made


class Service(NamedTuple):
    """A service: pods behind one address and name."""

    namespace: str
    name: str
    address: str
    port: int
    pods: tuple[End, ...]

    @property
    def host(self) -> str:
        """Its DNS name, with the final dot."""
        return f"{self.name}.{self.namespace}.svc.cluster.local."

    def message(self) -> flow_pb2.Service:
        """Make the message that names it."""
        return flow_pb2.Service(name=self.name, namespace=self.namespace)


def _pod(
    number: int,
    node: int,
    namespace: str,
    name: str,
    workload: str,
    *labels: str,
    kind: str = "Deployment",
    identity: int = 0,
) -> End:
    """Make pod `number` of the cluster, from which its address and identity follow."""
    told = labels or (f"k8s:app={workload}",)
    return End(
        name=name,
        address=f"10.244.{node + 1}.{number}",
        six=f"fd00:10:244:{node + 1}::{number:x}",
        identity=identity or 10_000 + 37 * number,
        labels=(*told, *_namespace_labels(namespace, workload)),
        namespace=namespace,
        workload=workload,
        kind=kind,
        id=100 + number,
        node=node,
    )


def _namespace_labels(namespace: str, account: str) -> tuple[str, ...]:
    return (
        f"k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name={namespace}",
        f"k8s:io.cilium.k8s.policy.cluster={CLUSTER}",
        f"k8s:io.cilium.k8s.policy.serviceaccount={account}",
        f"k8s:io.kubernetes.pod.namespace={namespace}",
    )


def _reserved(name: str, address: str, node: int | None = None, *names: str) -> End:
    """Make an end that has a reserved identity instead of a pod."""
    labels = (f"reserved:{name}",)
    return End(name, address, RESERVED[name], labels, node=node, names=names)


_TEST, _SHOP = "cilium-test", "shop"

CLIENT = _pod(
    11, 0, _TEST, "client-755fb678bd-kdqkz", "client", "k8s:kind=client", "k8s:name=client"
)
CLIENT2 = _pod(
    12,
    0,
    _TEST,
    "client2-6dd75b74c6-68h7d",
    "client2",
    "k8s:kind=client",
    "k8s:name=client2",
    "k8s:other=client",
)
ECHO_SAME = _pod(
    13,
    0,
    _TEST,
    "echo-same-node-7967996674-t24mq",
    "echo-same-node",
    "k8s:kind=echo",
    "k8s:name=echo-same-node",
)
ECHO_OTHER = _pod(
    14,
    1,
    _TEST,
    "echo-other-node-697d5d69b7-x6qnp",
    "echo-other-node",
    "k8s:kind=echo",
    "k8s:name=echo-other-node",
)
DNS = tuple(
    _pod(20 + n, n, "kube-system", name, "coredns", "k8s:k8s-app=kube-dns", identity=10_777)
    for n, name in enumerate(("coredns-5d78c9869d-7xk2p", "coredns-5d78c9869d-q9vzb"))
)
FRONTEND = tuple(
    _pod(30 + n, n, _SHOP, name, "frontend", "k8s:app=frontend", "k8s:tier=web", identity=11_100)
    for n, name in enumerate(("frontend-66c8d5f7b9-2lqhw", "frontend-66c8d5f7b9-zr4mt"))
)
CART = _pod(41, 1, _SHOP, "cart-7f9d6c5b4d-m8xjs", "cart")
CATALOG = _pod(42, 1, _SHOP, "catalog-6b5c7d9f88-h2vcn", "catalog")
CHECKOUT = tuple(
    _pod(50 + n, n, _SHOP, name, "checkout", "k8s:app=checkout", identity=11_500)
    for n, name in enumerate(("checkout-58d7c64b9f-tw6kp", "checkout-58d7c64b9f-xb9rd"))
)
PAYMENTS = _pod(61, 1, "payments", "payments-84f6b9d5c7-n5gqz", "payments")
LEDGER = _pod(62, 1, "payments", "ledger-0", "ledger", kind="StatefulSet")
DB = _pod(71, 0, "data", "db-0", "db", "k8s:app=db", "k8s:engine=postgres", kind="StatefulSet")
KAFKA = _pod(72, 1, "data", "kafka-0", "kafka", kind="StatefulSet")
PROMETHEUS = _pod(
    81,
    1,
    "monitoring",
    "prometheus-k8s-0",
    "prometheus-k8s",
    "k8s:app=prometheus",
    kind="StatefulSet",
)
REPORT = _pod(91, 0, "batch", "nightly-report-29341440-c7s2k", "nightly-report", kind="CronJob")

HOSTS = tuple(_reserved("host", NODE_ADDRESSES[n], n) for n in (0, 1))
REMOTE = tuple(_reserved("remote-node", NODE_ADDRESSES[n], n) for n in (0, 1))
HEALTH = tuple(_reserved("health", f"10.244.{n + 1}.7", n) for n in (0, 1))
API_SERVER = _reserved("kube-apiserver", "172.18.0.10")
INGRESS = _reserved("ingress", "10.244.1.8", 0)
VISITORS = tuple(_reserved("world", f"198.51.100.{n}") for n in (7, 21, 88, 140, 203))
BANK = _reserved("world", "203.0.113.40", None, "api.bank.example")
MIRROR = _reserved("world", "203.0.113.99", None, "mirror.example.org", "cdn.example.org")
SCANNER = _reserved("world", "192.0.2.66")

_BEHIND: tuple[tuple[str, int, tuple[End, ...]], ...] = (
    ("echo-same-node", 8080, (ECHO_SAME,)),
    ("echo-other-node", 8080, (ECHO_OTHER,)),
    ("kube-dns", 53, DNS),
    ("frontend", 80, FRONTEND),
    ("cart", 8080, (CART,)),
    ("catalog", 8080, (CATALOG,)),
    ("checkout", 8080, CHECKOUT),
    ("payments", 8443, (PAYMENTS,)),
    ("ledger", 9000, (LEDGER,)),
    ("db", 5432, (DB,)),
    ("kafka", 9092, (KAFKA,)),
)
SERVICES = {
    name: Service(pods[0].namespace, name, f"10.96.0.{10 + n}", port, pods)
    for n, (name, port, pods) in enumerate(_BEHIND)
}
"""All services, by name."""

PODS = (
    *(CLIENT, CLIENT2, ECHO_SAME, ECHO_OTHER, *DNS, *FRONTEND, CART, CATALOG, *CHECKOUT),
    *(PAYMENTS, LEDGER, DB, KAFKA, PROMETHEUS, REPORT),
)
"""All pods."""
