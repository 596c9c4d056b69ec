"""The ends of a flow as groups name them: source, destination, client and server.

What an end is called depends on its `End` alone. Whoever keeps the parts of flows apart (the
relay's dictionaries) names each combination once for all the flows that share it.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from proto.flow_pb2 import Endpoint, Flow, Service
from proto.identities import NAMES
from proto.parts import READERS

RESERVED = "reserved:"
"""How the label of an end begins that is not a workload: the host, the world, …"""


LONGEST_VALUE = 512
"""Characters after which a value is cut: URLs and names are as long as strangers like."""

Part = TypeVar("Part")


def cut(say: Callable[[Part], str]) -> Callable[[Part], str]:
    """Cut what is said after so many characters."""
    return lambda part: say(part)[:LONGEST_VALUE]


class End(NamedTuple):
    """What a flow says of one of its ends; a part that is absent is empty."""

    endpoint: Endpoint
    service: Service
    names: Sequence[str]
    address: str


def source(flow: Flow) -> End:
    """Give the end that sent the packet or message."""
    return End(flow.source, flow.source_service, flow.source_names, flow.IP.source)


def destination(flow: Flow) -> End:
    """Give the end that it was meant for."""
    return End(
        flow.destination,
        flow.destination_service,
        flow.destination_names,
        flow.IP.destination,
    )


def is_reply(flow: Flow) -> bool:
    """Tell whether the source is the server.

    Where the flow does not say, the end with the lower port is: clients' ports are high. Without
    ports, or with equal ones, the source is the client.
    """
    if flow.HasField("is_reply"):
        return flow.is_reply.value
    source_port, destination_port = (
        READERS[f"{end}_port"](flow) for end in ("source", "destination")
    )
    return bool(source_port) and source_port < (destination_port or 0)


ENDS: dict[str, Callable[[Flow], End]] = {
    "source": source,
    "destination": destination,
    "client": lambda flow: destination(flow) if is_reply(flow) else source(flow),
    "server": lambda flow: source(flow) if is_reply(flow) else destination(flow),
}
"""How to get each end of a flow."""


def namespace(end: End) -> str:
    """Give the namespace of the pod, or else of the service."""
    return end.endpoint.namespace or end.service.namespace


def pod(end: End) -> str:
    """Give `namespace/pod`; empty for what is not a pod."""
    return _joined(end.endpoint.namespace, end.endpoint.pod_name)


def workload(end: End) -> str:
    """Give `namespace/workload`, or else the pod, the service, a DNS name, a reserved label, the
    address.
    """
    named = next((each.name for each in end.endpoint.workloads if each.name), "")
    return (
        _joined(end.endpoint.namespace, named)
        or pod(end)
        or _joined(end.service.namespace, end.service.name)
        or min(filter(None, end.names), default="")
        or _reserved(end.endpoint)
        or end.address
    )


def service(end: End) -> str:
    """Give `namespace/service`, or else what stands for the workload."""
    return _joined(end.service.namespace, end.service.name) or workload(end)


def address(end: End) -> str:
    """Give the IP address as it was written down."""
    return end.address


LABELS: dict[str, tuple[Callable[[End], str], str]] = {
    "namespace": (cut(namespace), "its namespace"),
    "pod": (cut(pod), "its pod, with the namespace"),
    "workload": (
        cut(workload),
        "its workload, else pod, service, DNS name, reserved label or address",
    ),
    "service": (cut(service), "its service, else as the workload"),
    "address": (cut(address), "its IP address"),
}
"""What an end can be called, each with a line of help."""


def _joined(space: str, name: str) -> str:
    return f"{space}/{name}" if space and name else name


def _reserved(endpoint: Endpoint) -> str:
    labelled = next((label for label in endpoint.labels if label.startswith(RESERVED)), "")
    if labelled or endpoint.identity not in NAMES:
        return labelled
    return RESERVED + NAMES[endpoint.identity]
