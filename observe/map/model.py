"""The map as a model: names, edges from client to server, and how requests were shared.

`questions` says what to ask, and `Map.of` makes a map of the answers, for whoever shows it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from observe.figures import seconds_of
from proto.aggregate_pb2 import (
    FLOWS,
    REQUESTS,
    AggregateCoverage,
    AggregateResponse,
    Answer,
    Counts,
    Latency,
    Question,
)

LEVELS = ("service", "workload", "namespace")
"""What the names of a map may be of: labels of ends."""

ASKED_BY = ("http_host", "server.service")
"""By what requests are said to be shared: the host that was asked for, and the service."""

MOST_EDGES = 1_000
"""Edges of one map; those with the most flows are kept."""

MOST_SHARES = 1_000
"""Names asked for with a backend and a verdict."""


@dataclass(frozen=True, slots=True)
class Edge:
    """What a client and a server have had to do with each other; an empty name is of an end that
    has none. `seconds` is the length of the range."""

    client: str
    server: str
    counts: Counts
    latency: Latency | None
    seconds: float

    @property
    def rate(self) -> float:
        """Flows a second."""
        return self.counts.flows / self.seconds

    @property
    def request_rate(self) -> float:
        """Requests of layer 7 a second."""
        return self.counts.requests / self.seconds

    @property
    def error_share(self) -> float:
        """Errors among the responses, or among the flows where there are no responses; 0 to 1."""
        return min(1.0, self.counts.errors / (self.counts.responses or self.counts.flows or 1))


@dataclass(frozen=True, slots=True)
class Node:
    """One of the names: what it was sent as a server, and what it sent as a client."""

    name: str
    received: Counts
    sent: Counts


@dataclass(frozen=True, slots=True)
class Backend:
    """A pod that requests went to, empty for what is no pod: how many, and their share, 0 to 1."""

    pod: str
    requests: int
    share: float


@dataclass(frozen=True, slots=True)
class Balance:
    """How the requests for one name that were not dropped were shared between backends, the busiest
    first.

    `asked_by` is one of ASKED_BY: what the name is.
    """

    asked_by: str
    name: str
    requests: int
    backends: tuple[Backend, ...]

    @property
    def pods(self) -> frozenset[str]:
        """The backends by name."""
        return frozenset(backend.pod for backend in self.backends)


@dataclass(frozen=True, slots=True)
class Map:
    """A map: edges by their flows, nodes by their names, balances by their requests.

    `omitted` says how many edges there are beyond these, and `rest` what is counted in them.
    """

    level: str
    edges: tuple[Edge, ...]
    nodes: tuple[Node, ...]
    balances: tuple[Balance, ...]
    omitted: int
    rest: Counts
    coverage: AggregateCoverage
    seconds: float

    @property
    def shared(self) -> tuple[Balance, ...]:
        """Those balances that have several backends. A service is left out where the same backends
        served a host, which tells more of what was asked."""
        several = [balance for balance in self.balances if len(balance.backends) > 1]
        hosts = [balance for balance in several if balance.asked_by == "http_host"]
        told = {balance.pods for balance in hosts}
        return tuple(b for b in several if b.asked_by == "http_host" or b.pods not in told)

    @classmethod
    def of(cls, level: str, response: AggregateResponse) -> "Map":
        """Make the map of the answers to `questions(level)`."""
        talk, *shared = response.answers
        seconds = seconds_of(response.coverage)
        edges = tuple(_edges(talk, seconds))
        balances = [b for by, a in zip(ASKED_BY, shared, strict=True) for b in _balances(by, a)]
        return cls(
            level,
            edges,
            _nodes(edges),
            tuple(sorted(balances, key=lambda each: (-each.requests, each.name))),
            talk.omitted,
            talk.rest,
            response.coverage,
            seconds,
        )


def questions(level: str, edges: int = MOST_EDGES) -> list[Question]:
    """Say what to ask for a map of at most so many edges; `level` is one of LEVELS."""
    return [
        Question(by=[f"client.{level}", f"server.{level}"], order=FLOWS, limit=edges, latency=True),
        *(
            Question(by=[by, "server.pod", "verdict"], order=REQUESTS, limit=MOST_SHARES)
            for by in ASKED_BY
        ),
    ]


def _edges(answer: Answer, seconds: float) -> Iterable[Edge]:
    for group in answer.groups:
        client, server = group.values
        latency = group.latency if group.HasField("latency") else None
        if client or server:
            yield Edge(client, server, group.counts, latency, seconds)


def _nodes(edges: Iterable[Edge]) -> tuple[Node, ...]:
    received: dict[str, Counts] = {}
    sent: dict[str, Counts] = {}
    for edge in edges:
        for counts, name in ((received, edge.server), (sent, edge.client)):
            add(counts.setdefault(name, Counts()), edge.counts)
    names = sorted(received.keys() | sent.keys())
    return tuple(Node(n, received.get(n, Counts()), sent.get(n, Counts())) for n in names)


def add(total: Counts, counts: Counts) -> None:
    """Add counts to others."""
    for field, number in counts.ListFields():
        setattr(total, field.name, getattr(total, field.name) + number)


def _balances(asked_by: str, answer: Answer) -> Iterable[Balance]:
    """Put the backends of each name together.

    What was not asked by a name is left out, and what was dropped: no backend saw it.
    """
    found: dict[str, Counter[str]] = {}
    for group in answer.groups:
        name, pod, verdict = group.values
        if name and group.counts.requests and verdict != "DROPPED":
            found.setdefault(name, Counter())[pod] += group.counts.requests
    for name, pods in found.items():
        total = pods.total()
        ranked = sorted(pods.items(), key=lambda each: (-each[1], each[0]))
        backends = tuple(Backend(pod, number, number / total) for pod, number in ranked)
        yield Balance(asked_by, name, total, backends)
