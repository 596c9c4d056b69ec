"""Housekeeping of the demo's nodes: agent events, debug events, metrics, sockets, encryption."""

import random
from collections.abc import Callable

from google.protobuf.wrappers_pb2 import Int32Value, UInt32Value

from agent.sources.demo import walkthrough
from agent.sources.demo.acts import exchange
from agent.sources.demo.cast import (
    API_SERVER,
    CLIENT,
    CLIENT2,
    DB,
    FRONTEND,
    KAFKA,
    PODS,
    PROMETHEUS,
    SERVICES,
    End,
)
from agent.sources.demo.hops import Conversation, Step
from proto import event_types, flow_pb2
from proto.observer_pb2 import ExportEvent

DEBUG_MESSAGES: tuple[tuple[flow_pb2.DebugEventType.ValueType, str], ...] = (
    (flow_pb2.DBG_CT_LOOKUP4_1, "Conntrack lookup 1/2: src={0}:{1} dst={2}:8080"),
    (flow_pb2.DBG_CT_CREATED4, "Conntrack create: proxy-port=0 revnat=4 src-identity={3}"),
    (flow_pb2.DBG_LXC_FOUND, "Attempting local delivery for container id {1} from seclabel {3}"),
    (flow_pb2.DBG_ENCAP, "Encapsulating to node {0} from seclabel {3}"),
)
"""Types of debug events, with what they say about an address, a number, an address and an identity.
"""


def started(chance: random.Random) -> list[Step]:
    """Start the agents of both nodes."""
    return [
        _agent(node, flow_pb2.AGENT_STARTED, agent_start=flow_pb2.TimeNotification())
        for node in (0, 1)
    ]


def policy_changed(updated: bool) -> list[Step]:
    """Add or remove the policy of the walk: both nodes are told, and the clients' pods follow."""
    kind = flow_pb2.POLICY_UPDATED if updated else flow_pb2.POLICY_DELETED
    told = flow_pb2.PolicyUpdateNotification(
        labels=walkthrough.POLICY.labels, revision=7 if updated else 8, rule_count=int(updated)
    )
    steps = [_agent(node, kind, policy_update=told) for node in (0, 1)]
    for pod in (CLIENT, CLIENT2):
        made = flow_pb2.EndpointRegenNotification(id=pod.id, labels=pod.labels)
        done = flow_pb2.ENDPOINT_REGENERATE_SUCCESS
        steps.append(_agent(0, done, endpoint_regenerate=made))
    return steps


def rolled(chance: random.Random) -> list[Step]:
    """Replace a pod: the old endpoint goes, the new one comes, its address becomes known."""
    pod = chance.choice(PODS)
    node = pod.node or 0
    update = flow_pb2.EndpointUpdateNotification(
        id=pod.id, labels=pod.labels, pod_name=pod.name, namespace=pod.namespace
    )
    known = flow_pb2.IPCacheNotification(
        cidr=f"{pod.address}/32",
        identity=pod.identity,
        namespace=pod.namespace,
        pod_name=pod.name,
    )
    return [
        _agent(node, flow_pb2.ENDPOINT_DELETED, endpoint_update=update),
        _agent(node, flow_pb2.ENDPOINT_CREATED, endpoint_update=update),
        _agent(1 - node, flow_pb2.IPCACHE_UPSERTED, ipcache_update=known),
    ]


def debugged(chance: random.Random) -> list[Step]:
    """Have the datapath say what it does."""
    kind, text = chance.choice(DEBUG_MESSAGES)
    pod, other, number = chance.choice(PODS), chance.choice(PODS), chance.randrange(1, 60_000)
    event = flow_pb2.DebugEvent(
        type=kind,
        source=pod.endpoint(pod.node),
        hash=UInt32Value(value=chance.getrandbits(32)),
        arg1=UInt32Value(value=number),
        message=text.format(pod.address, number, other.address, pod.identity),
        cpu=Int32Value(value=chance.randrange(4)),
    )
    return [Step(0, pod.node or 0, ExportEvent(debug_event=event))]


def captured(chance: random.Random) -> list[Step]:
    """Capture a packet on its way."""
    talk = _talk(chance, FRONTEND[0], DB)
    flow = talk.flow(0, ("ACK",), verdict=flow_pb2.FORWARDED)
    flow.event_type.type = event_types.CAPTURE
    flow.debug_capture_point = flow_pb2.DBG_CAPTURE_DELIVERY
    return talk.steps


def scraped(chance: random.Random) -> list[Step]:
    """Fetch the metrics of a pod."""
    pod = chance.choice(PODS)
    return exchange(Conversation(chance, PROMETHEUS, pod, 9090), 3)


def watched(chance: random.Random) -> list[Step]:
    """Talk to the Kubernetes API."""
    pod = chance.choice((PROMETHEUS, *SERVICES["kube-dns"].pods))
    return exchange(Conversation(chance, pod, API_SERVER, 6443), 8)


def translated(chance: random.Random) -> list[Step]:
    """Translate a service's address at the socket, before there is any packet."""
    talk = _talk(chance, CLIENT2, SERVICES["echo-same-node"].pods[0])
    points = (
        flow_pb2.SOCK_XLATE_POINT_PRE_DIRECTION_FWD,
        flow_pb2.SOCK_XLATE_POINT_POST_DIRECTION_FWD,
    )
    cookie = chance.getrandbits(20)
    for verdict, point in zip((flow_pb2.TRACED, flow_pb2.TRANSLATED), points, strict=True):
        flow = talk.flow(0, verdict=verdict, to_service=verdict == flow_pb2.TRACED)
        flow.Type, flow.event_type.type = flow_pb2.SOCK, event_types.TRACE_SOCK
        flow.sock_xlate_point, flow.socket_cookie, flow.cgroup_id = point, cookie, 5_213
        flow.Summary = "TCP"
    return talk.steps


def encrypted(chance: random.Random) -> list[Step]:
    """Send something between the nodes encrypted, in a tunnel, with a trace id in its IP
    options.
    """
    talk = _talk(chance, FRONTEND[0], KAFKA)
    for point, node in (("to-crypto", 0), ("from-crypto", 1)):
        flow = talk.trace(point, node, "ACK")
        flow.IP.encrypted = True
        flow.tunnel.protocol, flow.tunnel.vni = flow_pb2.Tunnel.VXLAN, 6_081
        flow.ip_trace_id.trace_id = chance.randrange(1, 1_000)
    return talk.steps


def other_protocols(chance: random.Random) -> list[Step]:
    """Send SCTP, which few do."""
    talk = Conversation(chance, CLIENT, FRONTEND[0], 36_412, protocol="SCTP")
    talk.trace("to-endpoint", 0)
    return talk.steps


Scene = Callable[[random.Random], list[Step]]

SCENES: tuple[tuple[Scene, int], ...] = (
    (scraped, 40),
    (watched, 18),
    (translated, 12),
    (debugged, 18),
    (encrypted, 8),
    (rolled, 5),
    (captured, 4),
    (other_protocols, 3),
)
"""What goes on, and how often, in parts of 100."""


def _talk(chance: random.Random, client: End, server: End) -> Conversation:
    service = SERVICES[server.workload]
    return Conversation(chance, client, server, service.port, service=service)


def _agent(node: int, kind: "flow_pb2.AgentEventType.ValueType", **told: object) -> Step:
    event = flow_pb2.AgentEvent(type=kind, **told)  # type: ignore[arg-type]
    return Step(0, node, ExportEvent(agent_event=event))
