"""The ends of a flow in words: who talks to whom, on which ports, under which identities."""

from typing import NamedTuple

from proto.escape import escape
from proto.flow_pb2 import Endpoint, Flow, Service
from proto.identities import NAMES

WITH_PORTS = ("TCP", "UDP", "SCTP")

IDENTITIES: dict[int, str] = {0: "unknown", **NAMES}
"""Security identities that have a name instead of a number."""


class Ends(NamedTuple):
    """The ends of a flow: names or addresses, and ports or nothing."""

    source: str
    source_port: str
    destination: str
    destination_port: str


def ends(flow: Flow, translate: bool = True) -> tuple[str, str]:
    """Name source and destination, each with its port: `shop/web:80`, `[fd00::1]:80`."""
    source, source_port, destination, destination_port = _apart(flow, translate)
    return host_and_port(source, source_port), host_and_port(destination, destination_port)


def ends_apart(flow: Flow, translate: bool = True) -> Ends:
    """Name source and destination: pod, service or DNS names, or the addresses alone."""
    return Ends(*_apart(flow, translate))


def _apart(flow: Flow, translate: bool) -> tuple[str, str, str, str]:
    if not flow.HasField("IP"):
        return escape(flow.ethernet.source), "", escape(flow.ethernet.destination), ""
    source_port, destination_port = _ports(flow)
    source = destination = ""
    if translate:
        service = flow.source_service if flow.HasField("source_service") else None
        source = _name(flow.source, service) or ",".join(flow.source_names)
        service = flow.destination_service if flow.HasField("destination_service") else None
        destination = _name(flow.destination, service) or ",".join(flow.destination_names)
    source, destination = source or flow.IP.source, destination or flow.IP.destination
    return escape(source), source_port, escape(destination), destination_port


def host_and_port(host: str, port: str) -> str:
    """Join a host and a port, if there is one; a host with colons is put in brackets."""
    if not port:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _name(end: Endpoint, service: Service | None) -> str:
    """Name a pod, or else a service; the namespace is the service's if there is one."""
    if service is None:
        name, namespace = end.pod_name, end.namespace
    else:
        name, namespace = end.pod_name or service.name, service.namespace
    return f"{namespace}/{name}" if namespace and name else name


def _ports(flow: Flow) -> tuple[str, str]:
    """Give both ports as text; port 0 and a protocol without ports have none."""
    l4 = flow.l4
    protocol = l4.WhichOneof("protocol")
    if protocol not in WITH_PORTS:
        return "", ""
    layer = getattr(l4, protocol)
    return str(layer.source_port or ""), str(layer.destination_port or "")


def identity(number: int) -> str:
    """Name a security identity: `(world)` or `(ID:1234)`."""
    name = IDENTITIES.get(number)
    return f"({name})" if name else f"(ID:{number})"
