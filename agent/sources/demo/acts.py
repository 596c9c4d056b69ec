"""What connections do: packets on their way, requests through a proxy, lookups."""

from typing import Any, NamedTuple

from agent.sources.demo.cast import DNS, SERVICES, End
from agent.sources.demo.hops import MICROSECOND, MILLISECOND, PROXY_PORT, Conversation, Step
from proto import flow_pb2


class Request(NamedTuple):
    """An HTTP request and its answer."""

    method: str
    url: str
    code: int
    latency_ms: float = 4.0
    protocol: str = "HTTP/1.1"
    trace_id: str = ""


def packet(talk: Conversation, *flags: str, reply: bool = False, **fields: Any) -> None:
    """Let a packet go from one end to the other, past each node on its way."""
    near, far = (talk.server, talk.client) if reply else (talk.client, talk.server)
    if near.node is not None and "SYN" in flags and not reply:
        talk.trace("from-endpoint", near.node, *flags, reply=reply, **fields)
    if near.node is not None and far.node is None:
        talk.trace("to-stack", near.node, *flags, reply=reply, **fields)
    if near.node is not None and far.node is not None and near.node != far.node:
        talk.trace("to-overlay", near.node, *flags, reply=reply, **fields)
        talk.wait(150 * MICROSECOND)
    if far.node is not None:
        talk.trace("to-endpoint", far.node, *flags, reply=reply, **fields)


def connect(talk: Conversation, **fields: Any) -> None:
    """Open the connection."""
    packet(talk, "SYN", **fields)
    packet(talk, "SYN", "ACK", reply=True, **fields)


def exchange(talk: Conversation, latency_ms: float, **fields: Any) -> list[Step]:
    """Open, ask, answer and close, where no proxy reads along."""
    connect(talk, **fields)
    packet(talk, "ACK", "PSH", **fields)
    talk.wait(latency_ms * MILLISECOND)
    packet(talk, "ACK", "PSH", reply=True, **fields)
    packet(talk, "ACK", "FIN", **fields)
    return talk.steps


def proxied(talk: Conversation, request: Request, policy: flow_pb2.Policy) -> list[Step]:
    """Ask through the proxy of the client's node, as a policy on its way out wants it."""
    node = _node(talk.client)
    into_proxy(talk, node, policy)
    ask(talk, node, request)
    talk.trace("from-proxy", node, "SYN")
    if talk.server.node not in (node, None):
        talk.wait(200 * MICROSECOND)
    talk.trace("to-endpoint", _node(talk.server), "SYN")
    talk.wait(request.latency_ms * MILLISECOND)
    answer(talk, node, request)
    talk.trace("to-endpoint", node, "ACK", "PSH", reply=True, proxy_port=PROXY_PORT)
    return talk.steps


def refused(talk: Conversation, request: Request, policy: flow_pb2.Policy) -> list[Step]:
    """Ask for what the policy does not allow: the proxy answers by itself."""
    node = _node(talk.client)
    into_proxy(talk, node, policy)
    reason = flow_pb2.POLICY_DENIED
    ask(
        talk,
        node,
        request,
        verdict=flow_pb2.DROPPED,
        drop_reason=reason,
        drop_reason_desc=reason,
        egress_denied_by=[policy],
    )
    answer(talk, node, request._replace(latency_ms=0.4))
    talk.trace("to-endpoint", node, "ACK", "PSH", reply=True, proxy_port=PROXY_PORT)
    return talk.steps


def into_proxy(talk: Conversation, node: int, policy: flow_pb2.Policy) -> None:
    """Open a connection that the node's policy redirects to its proxy."""
    redirected = flow_pb2.REDIRECTED
    talk.trace("from-endpoint", node, "SYN", to_service=True)
    talk.verdict(node, 2, verdict=redirected, egress_allowed_by=[policy], proxy_port=PROXY_PORT)
    talk.trace("to-proxy", node, "SYN", verdict=redirected, proxy_port=PROXY_PORT)


def ask(talk: Conversation, node: int, request: Request, **fields: Any) -> flow_pb2.Flow:
    """Let the proxy of a node read the request."""
    http = flow_pb2.HTTP(method=request.method, url=request.url, protocol=request.protocol)
    _headers(http, talk, request)
    summary = f"{request.protocol} {request.method} {request.url}"
    l7 = flow_pb2.Layer7(type=flow_pb2.REQUEST, http=http)
    return talk.record(node, l7, summary, **_traced(request), **fields)


def answer(talk: Conversation, node: int, request: Request, **fields: Any) -> flow_pb2.Flow:
    """Let the proxy of a node read the response."""
    latency = int(request.latency_ms * MILLISECOND * talk.chance.uniform(0.8, 1.3))
    http = flow_pb2.HTTP(
        code=request.code, method=request.method, url=request.url, protocol=request.protocol
    )
    _headers(http, talk, request)
    milliseconds = latency // MILLISECOND
    summary = f"{request.protocol} {request.code} {milliseconds}ms ({request.method} {request.url})"
    if request.code == 503:
        fields["verdict"] = flow_pb2.ERROR
    l7 = flow_pb2.Layer7(type=flow_pb2.RESPONSE, latency_ns=latency, http=http)
    return talk.record(node, l7, summary, **_traced(request), **fields)


def lookup(
    talk: Conversation, host: str, ips: tuple[str, ...], qtype: str = "A", latency_ms: float = 0.8
) -> list[Step]:
    """Ask the cluster's DNS for a name, with the node's DNS proxy in between; no `ips`: unknown."""
    node = _node(talk.client)
    talk.trace("from-endpoint", node, to_service=True)
    talk.trace("to-proxy", node, proxy_port=PROXY_PORT, verdict=flow_pb2.REDIRECTED)
    dns = flow_pb2.DNS(query=host, qtypes=[qtype], observation_source="proxy")
    asked = flow_pb2.Layer7(type=flow_pb2.REQUEST, dns=dns)
    talk.record(node, asked, f"DNS Query {host} {qtype}")
    talk.wait(latency_ms * MILLISECOND)
    dns.MergeFrom(flow_pb2.DNS(ips=ips, ttl=30, rcode=0 if ips else 3, rrtypes=[qtype]))
    latency = int(latency_ms * MILLISECOND)
    told = flow_pb2.Layer7(type=flow_pb2.RESPONSE, latency_ns=latency, dns=dns)
    found = f'"{",".join(ips)}"' if ips else "RCode: Non-Existent Domain"
    talk.record(node, told, f"DNS Answer {found} TTL: 30 (Proxy {host} {qtype})")
    return talk.steps


def dns_talk(talk_of: End, chance: Any, **fields: Any) -> Conversation:
    """Open a conversation of a pod with the DNS server on its node."""
    server = DNS[_node(talk_of)]
    service = SERVICES["kube-dns"]
    return Conversation(chance, talk_of, server, 53, service=service, protocol="UDP", **fields)


def _headers(http: flow_pb2.HTTP, talk: Conversation, request: Request) -> None:
    http.headers.add(key="User-Agent", value="curl/8.5.0" if not request.trace_id else "shop/2.4")
    http.headers.add(key="X-Request-Id", value=f"{talk.source_port:08x}-{talk.port:04x}")
    if request.trace_id:
        http.headers.add(key="Traceparent", value=f"00-{request.trace_id}-00f067aa0ba902b7-01")


def _traced(request: Request) -> dict[str, Any]:
    """Give the fields of a flow that name the trace a request belongs to."""
    if not request.trace_id:
        return {}
    return {"trace_context": {"parent": {"trace_id": request.trace_id}}}


def _node(end: End) -> int:
    """Give the node of an end that is known to be on one."""
    assert end.node is not None
    return end.node
