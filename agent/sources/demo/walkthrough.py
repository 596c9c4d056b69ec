"""The walk through layer-7 traffic management: two clients, two echo servers, and policies that
come and go.

Phases: no policy; an unknown path; a policy that allows `GET /` only; a denied path; a proxy that
balances over both servers and rewrites `/foo`.
"""

import random
from collections.abc import Callable
from typing import NamedTuple

from agent.sources.demo.acts import Request, dns_talk, exchange, lookup, proxied, refused
from agent.sources.demo.cast import CLIENT, CLIENT2, ECHO_OTHER, ECHO_SAME, SERVICES, End
from agent.sources.demo.hops import MILLISECOND, Conversation, Step
from proto import flow_pb2

POLICY = flow_pb2.Policy(
    name="client-egress-l7-http",
    namespace="cilium-test",
    labels=["k8s:io.cilium.k8s.policy.name=client-egress-l7-http"],
    revision=7,
    kind="CiliumNetworkPolicy",
)
"""The policy that allows the clients DNS and `GET /`."""

ECHOES = ("echo-same-node", "echo-other-node")

Scene = Callable[[random.Random], list[Step]]


class Phase(NamedTuple):
    """A part of the walk: its name, length in seconds, and what happens in it."""

    name: str
    seconds: float
    scene: Scene


def plain(chance: random.Random) -> list[Step]:
    """Ask either server, without a proxy: 200."""
    return exchange(_talk(chance), chance.uniform(1, 4))


def unknown_path(chance: random.Random) -> list[Step]:
    """Ask for `/foo`: the server says 404, of which the network sees nothing but packets."""
    return exchange(_talk(chance), chance.uniform(1, 2))


def allowed(chance: random.Random) -> list[Step]:
    """Look the name up and ask for `/`, both through the proxy: 200."""
    talk = _talk(chance, at=3 * MILLISECOND)
    assert talk.service
    first = lookup(dns_talk(talk.client, chance), talk.service.host, (talk.service.address,))
    return first + proxied(talk, Request("GET", _url(talk, "/"), 200), POLICY)


def denied(chance: random.Random) -> list[Step]:
    """Ask for `/foo`: 403 from the proxy."""
    talk = _talk(chance)
    return refused(talk, Request("GET", _url(talk, "/foo"), 403), POLICY)


def balanced(chance: random.Random) -> list[Step]:
    """Ask one service, and be served by either server; `/foo` is rewritten, `/bar` still
    refused.
    """
    service = SERVICES[chance.choice(ECHOES)]
    server = chance.choice((ECHO_SAME, ECHO_OTHER))
    talk = Conversation(chance, _client(chance), server, service.port, service=service)
    path = chance.choice(("/", "/foo", "/foo", "/bar"))
    if path == "/bar":
        return refused(talk, Request("GET", _url(talk, path), 403), POLICY)
    return proxied(talk, Request("GET", _url(talk, path), 200), POLICY)


PHASES = (
    Phase("no policy", 10, plain),
    Phase("unknown path", 8, unknown_path),
    Phase("layer-7 policy", 12, allowed),
    Phase("denied path", 12, denied),
    Phase("load balancing", 18, balanced),
)
"""The phases, in order; they begin anew after the last."""


def phase_at(seconds: float) -> Phase:
    """Give the phase at a time since the start of the demo."""
    into = seconds % sum(phase.seconds for phase in PHASES)
    for phase in PHASES:
        if into < phase.seconds:
            return phase
        into -= phase.seconds
    return PHASES[-1]


def _client(chance: random.Random) -> End:
    return CLIENT2 if chance.random() < 0.7 else CLIENT


def _talk(chance: random.Random, at: int = 0) -> Conversation:
    service = SERVICES[chance.choice(ECHOES)]
    client = _client(chance)
    return Conversation(chance, client, service.pods[0], service.port, service=service, at=at)


def _url(talk: Conversation, path: str) -> str:
    assert talk.service
    return f"http://{talk.service.name}:{talk.service.port}{path}"
