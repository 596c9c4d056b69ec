"""The endpoints file: who is behind an address, since there is no cluster to ask.

TOML, with a table for each endpoint; of its keys only `address` is needed:

    [[endpoint]]
    address = "10.0.1.7"            # or a list of addresses
    port = 8080                     # only this port; without it every port that has no table
    namespace = "shop"
    pod = "cart-7f9d6c5b4d-m8xjs"
    workload = "Deployment/cart"    # or the name alone
    service = "cart"                # the service itself, or the one that the pod is behind
    labels = ["k8s:app=cart"]
    identity = 10201                # number of the security identity
    cluster = "east"
    node = "node-1"
    names = ["cart.example"]        # DNS names

and, where an Envoy's id (`--service-node`) is not the name of its node:

    [proxies]
    "sidecar-17" = "node-1"
"""

import tomllib
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from agent.sources.envoy.text import Address
from proto.flow_pb2 import Endpoint, Service

LARGEST = 4 << 20
"""Most bytes of the file."""
KINDS: dict[str, type] = {
    "port": int,
    "namespace": str,
    "pod": str,
    "workload": str,
    "service": str,
    "labels": list,
    "identity": int,
    "cluster": str,
    "node": str,
    "names": list,
}
"""The keys of an endpoint beside its address, and what they hold; lists are of text."""
MOST = {"port": 65_535, "identity": 2**32 - 1}
"""The largest value of a number."""


class EndpointsError(ValueError):
    """A file that cannot be read or used. The text is one line that names it."""


@dataclass(frozen=True)
class Known:
    """What is known of an address."""

    endpoint: Endpoint
    service: Service | None = None
    node: str = ""
    names: tuple[str, ...] = ()


NOBODY = Known(Endpoint())
"""What is known of an address that the file does not have."""


@dataclass(frozen=True)
class Endpoints:
    """What a file says: the endpoints by address and port (0: any other port), and the nodes of
    Envoys by their ids.
    """

    known: dict[tuple[str, int], Known]
    proxies: dict[str, str]

    def find(self, address: Address | None) -> Known:
        """Tell who is behind an address."""
        if address is None:
            return NOBODY
        exact = self.known.get((address.ip, address.port))
        return exact or self.known.get((address.ip, 0), NOBODY)


def read(path: Path) -> Endpoints:
    """Read a file. Raise EndpointsError."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise EndpointsError(f"{path}: larger than {LARGEST:,} bytes")
        return parse(tomllib.loads(content.decode()))
    except OSError as error:
        raise EndpointsError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise EndpointsError(f"{path}: {error}") from None


def parse(content: dict[str, Any]) -> Endpoints:
    """Read the content of a file. Raise ValueError that names table, key and value."""
    _only(content, {"endpoint", "proxies"}, "the file")
    rows, proxies = content.get("endpoint", []), content.get("proxies", {})
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("endpoint: expected tables that begin with [[endpoint]]")
    if not isinstance(proxies, dict) or not all(isinstance(n, str) for n in proxies.values()):
        raise ValueError("proxies: expected names of nodes by the ids of Envoys")
    known: dict[tuple[str, int], Known] = {}
    for number, row in enumerate(rows, 1):
        where = f"endpoint {number}"
        made = _known(row, where)
        for address in _addresses(row, where):
            key = address, row.get("port", 0)
            if key in known:
                raise ValueError(f"{where}: address {address!r} stands there twice")
            known[key] = made
    return Endpoints(known, proxies)


def _addresses(row: dict[str, Any], where: str) -> list[str]:
    given = row.get("address")
    listed = given if isinstance(given, list) else [given]
    try:
        return [str(ip_address(str(address))) for address in listed]
    except ValueError:
        raise ValueError(f"{where}: address {given!r} is no IP address") from None


def _known(row: dict[str, Any], where: str) -> Known:
    _only(row, {"address", *KINDS}, where)
    for key, kind in KINDS.items():
        _check(row.get(key, kind()), kind, f"{where}: {key}", MOST.get(key, 0))
    endpoint = Endpoint(
        identity=row.get("identity", 0),
        cluster_name=row.get("cluster", ""),
        namespace=row.get("namespace", ""),
        labels=sorted(row.get("labels", [])),
        pod_name=row.get("pod", ""),
    )
    if workload := row.get("workload"):
        kind_, _, name = workload.rpartition("/")
        endpoint.workloads.add(name=name, kind=kind_)
    named = row.get("service")
    service = Service(name=named, namespace=endpoint.namespace) if named else None
    return Known(endpoint, service, row.get("node", ""), tuple(row.get("names", ())))


def _check(value: Any, kind: type, what: str, most: int) -> None:
    good = isinstance(value, kind) and not isinstance(value, bool)
    if good and kind is list:
        good = all(isinstance(item, str) for item in value)
    if good and kind is int:
        good = 0 <= value <= most
    if not good:
        words = {int: f"a number from 0 to {most:,}", str: "text", list: "a list of text"}
        raise ValueError(f"{what} {value!r}: expected {words[kind]}")


def _only(table: dict[str, Any], keys: set[str], where: str) -> None:
    if unknown := sorted(table.keys() - keys):
        raise ValueError(
            f"{where}: {unknown[0]!r} is no key of it; there are {', '.join(sorted(keys))}"
        )
