"""The other flows of the same connection or request, in order, with the time between them.

`find` asks for them, by filters and within a window around a flow, and judges what comes by
`Kin`. It asks whoever answers a GetFlowsRequest: a server, or a file.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from proto.flow_pb2 import Flow, FlowFilter
from proto.hops import Hop, in_order
from proto.observer_pb2 import GetFlowsRequest, GetFlowsResponse
from proto.selection import event_ns
from proto.timestamps import EARLIEST_NS, LATEST_NS, SECOND, from_ns
from proto.traits import Trait, traits_of

Ask = Callable[[GetFlowsRequest], Iterable[Sequence[GetFlowsResponse]]]

WINDOW_NS = 30 * SECOND
"""How far before and after a flow others are looked for: ports are used again."""

MOST = 200
"""How many flows are asked for at a time, before the flow and after it, the nearest first."""

ROUNDS = 3
"""How often is asked, with what was learned from the answers before."""

MOST_TRAITS = 32
"""How many connections and requests are asked for."""


class Related(NamedTuple):
    """What belongs together. `more` says that there is more of it than was asked for."""

    hops: list[Hop]
    more: bool


class Kin:
    """Tells which flows belong to the connection or request of one flow.

    Its request is the one that it names, or, if it names none, those of its connection. Whatever
    names its request belongs, and what names none belongs by its connection: the flow's own, and
    those on which its request was seen.
    """

    def __init__(self, flow: Flow) -> None:
        own = traits_of(flow)
        self._home = set(own.connection)
        self._away: set[Trait] = set()
        self._requests = set(own.request)
        self._learns = not own.request

    def takes(self, flow: Flow) -> bool:
        """Tell whether a flow belongs, and learn from it if it does."""
        own = traits_of(flow)
        connection = own.connection | own.guesses
        home = not self._home.isdisjoint(connection)
        if home and self._learns:
            self._requests |= own.request
        if own.request:
            belongs = not self._requests.isdisjoint(own.request)
        else:
            belongs = home or not self._away.isdisjoint(connection)
        if belongs:
            (self._home if home else self._away).update(own.connection)
        return belongs

    def traits(self) -> list[Trait]:
        """List what they are known by, what is nearest to the flow first."""
        away = self._away - self._home
        parts = (self._home, self._requests, away)
        return [each for part in parts for each in sorted(part, key=repr)]

    def connections(self) -> set[Trait]:
        """Give what the connections are known by."""
        return self._home | self._away


def find(response: GetFlowsResponse, ask: Ask) -> Related:
    """Find what belongs to a flow, the flow itself included; what `ask` raises passes through."""
    kin, search = Kin(response.flow), _Search(response, ask)
    taken = {_key(response): response}
    for _ in range(ROUNDS):
        if not search.more_of(kin.traits()):
            break
        _take(kin, search.found, taken)
    return Related(in_order(taken.values(), response, kin.connections()), search.cut)


def _take(
    kin: Kin, found: dict[bytes, GetFlowsResponse], taken: dict[bytes, GetFlowsResponse]
) -> None:
    """Take what belongs, again and again while something is learned that lets more belong."""
    before = -1
    while before != len(taken):
        before = len(taken)
        left = ((key, response) for key, response in found.items() if key not in taken)
        taken.update([(key, response) for key, response in left if kin.takes(response.flow)])


class _Search:
    """Asks for flows by their traits, each once, and keeps the answers."""

    def __init__(self, response: GetFlowsResponse, ask: Ask) -> None:
        self.found: dict[bytes, GetFlowsResponse] = {}
        self.cut = False
        """Whether an answer was as long as it might be."""
        self._asked: set[Trait] = set()
        self._ask = ask
        self._requests = _nearest(event_ns(response))

    def more_of(self, traits: Iterable[Trait]) -> bool:
        """Ask for those that were not asked for before; False if there are none."""
        room = MOST_TRAITS - len(self._asked)
        new = [trait for trait in traits if trait not in self._asked][:room]
        self._asked.update(new)
        filters = [each for trait in new for each in trait.filters()]
        for request in self._requests if filters else ():
            self._read(request, filters)
        return bool(filters)

    def _read(self, request: GetFlowsRequest, filters: Sequence[FlowFilter]) -> None:
        asked = GetFlowsRequest(whitelist=filters)
        asked.MergeFrom(request)
        number = 0
        for batch in self._ask(asked):
            for response in batch:
                if response.HasField("flow"):
                    number += 1
                    self.found.setdefault(_key(response), response)
        self.cut |= number >= MOST


def around(ns: int | None) -> tuple[int | None, int | None]:
    """Give the window around a time, in nanoseconds since 1970; None twice if that is no time."""
    if ns is None or not EARLIEST_NS <= ns <= LATEST_NS:
        return None, None
    return max(ns - WINDOW_NS, EARLIEST_NS), min(ns + WINDOW_NS, LATEST_NS)


def _nearest(ns: int | None) -> list[GetFlowsRequest]:
    """Ask for the nearest flows before and after a time; for the last ones if it is none."""
    since, until = around(ns)
    if ns is None or since is None or until is None:
        return [GetFlowsRequest(number=MOST)]
    return [
        GetFlowsRequest(number=MOST, since=from_ns(since), until=from_ns(ns)),
        GetFlowsRequest(number=MOST, since=from_ns(ns), until=from_ns(until), first=True),
    ]


def _key(response: GetFlowsResponse) -> bytes:
    """Give what tells a flow from others: it may be answered twice."""
    return response.flow.uuid.encode() or response.SerializeToString(deterministic=True)
