"""What a request in the mesh looks like: the shape of each flow that comes of it, and no others.

A shape is the ends, without ports, then the kind, and the verdict unless that is FORWARDED:
`client2 > echo-same-node to-proxy REDIRECTED`. A backend's pod is `pod echo-same-node`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from observe.mesh.client import Answer
from observe.mesh.cluster import PODS
from observe.mesh.steps import OTHER, SAME, Step
from proto import describe
from proto.flow_pb2 import Endpoint, Flow, Service

POD_OF = {"-".join(name.split("-")[:3]): name for name in PODS}
"""The name of each backend's pod, by its service."""


def shape(flow: Flow) -> str:
    """Give the shape of a flow."""
    source = _short(flow.source, flow.source_service)
    destination = _short(flow.destination, flow.destination_service)
    kind, verdict = describe.kind(flow), describe.verdict(flow)
    said = f"{source} > {destination} {kind}"
    return said if verdict == "FORWARDED" else f"{said} {verdict}"


def _short(end: Endpoint, service: Service) -> str:
    if not end.pod_name:
        return service.name
    words = end.pod_name.split("-")
    return f"pod {'-'.join(words[:3])}" if words[0] == "echo" else words[0]


def expected(step: Step, answers: Sequence[Answer]) -> Counter[str]:
    """Give the shapes of all flows of a step, by what the clients were answered."""
    found: list[str] = []
    pod = ""
    for (who, service, _), answer in zip(step.requests, answers, strict=True):
        pod = _backend(answer, pod)
        if step.by_name:
            found += _lookup(who)
        found += SHAPES[step.state](who, service, pod, answer.status == 403)
    return Counter(found)


def _backend(answer: Answer, last: str) -> str:
    """Name the service whose pod was asked: as it says, or else the one whose turn it was."""
    for service, pod in POD_OF.items():
        if answer.said == pod:
            return service
    return SAME if last == OTHER else OTHER


def _lookup(who: str) -> Iterator[str]:
    yield f"{who} > kube-dns from-endpoint"
    yield f"{who} > kube-dns to-proxy REDIRECTED"
    yield f"{who} > kube-dns dns-request proxy"
    yield f"kube-dns > {who} dns-response proxy"


def _plain(who: str, service: str, pod: str, denied: bool) -> Iterator[str]:
    """No proxy: past both nodes, where there are two."""
    yield f"{who} > {service} from-endpoint"
    if service == OTHER:
        yield f"{who} > pod {service} to-overlay"
        yield f"{who} > pod {service} from-overlay"
    yield f"{who} > pod {service} to-endpoint"


def _policy(who: str, service: str, pod: str, denied: bool) -> Iterator[str]:
    """The proxy of the clients' node, which asks the service's own pod, or nobody."""
    yield f"{who} > {service} from-endpoint"
    yield f"{who} > {service} to-proxy REDIRECTED"
    if denied:
        yield f"{who} > {service} http-request DROPPED"
        yield f"{service} > {who} http-response"
        return
    yield from _sent_on(who, service)
    if service == OTHER:
        yield f"{who} > pod {service} from-overlay"
        yield f"{who} > pod {service} to-endpoint"


def _balance(who: str, service: str, pod: str, denied: bool) -> Iterator[str]:
    """Two proxies: that of the clients' node, and the one before the pod that was chosen."""
    yield f"{who} > {service} from-endpoint"
    yield f"{who} > {service} to-proxy REDIRECTED"
    yield from _sent_on(who, pod)
    to = service if denied else f"pod {pod}"
    if pod == OTHER:
        yield f"{who} > {to} from-overlay"
    yield f"{who} > {service} to-proxy REDIRECTED"
    yield f"{who} > {to} http-request{' DROPPED' * denied}"
    if not denied:
        yield f"{who} > {to} to-endpoint"
    yield f"{to} > {who} http-response"


def _sent_on(who: str, pod: str) -> Iterator[str]:
    yield f"{who} > pod {pod} http-request"
    yield f"{who} > pod {pod} from-proxy"
    yield f"pod {pod} > {who} http-response"


SHAPES = {"plain": _plain, "policy": _policy, "balance": _balance}
"""What comes of one request, by the state of the mesh."""
