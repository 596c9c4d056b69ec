"""What a flow is recognised by as part of a connection or of a request.

The client's address and port stay the same while a service's address is translated and while a
proxy stands in between, so they name a connection. A trace and an `X-Request-Id` name a request,
across connections.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import NamedTuple

from proto.describe_ends import WITH_PORTS
from proto.event_types import TRACE_SOCK
from proto.flow_pb2 import EventTypeFilter, Flow, FlowFilter, HTTPHeader
from proto.parts import READERS

End = tuple[str, int]
"""An address, and a port or 0."""

REQUEST_ID = ("X-Request-Id", "x-request-id", "X-Request-ID")
"""How the header that names a request is written."""


@dataclass(frozen=True, slots=True)
class Opener:
    """Who opened a connection over a protocol."""

    protocol: str
    end: End

    def filters(self) -> list[FlowFilter]:
        """Select the flows from and to it, and those that it looked like after translation."""
        said, ip, port = [self.protocol], [self.end[0]], [str(self.end[1])]
        return [
            FlowFilter(protocol=said, source_ip=ip, source_port=port),
            FlowFilter(protocol=said, destination_ip=ip, destination_port=port),
            FlowFilter(protocol=said, source_ip_xlated=ip, source_port=port),
        ]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ends, in a fixed order, that talk over a protocol, whichever of them began."""

    protocol: str
    ends: tuple[End, End]

    def filters(self) -> list[FlowFilter]:
        """Select the flows between them, both ways."""
        return [self._way(*self.ends), self._way(*reversed(self.ends))]

    def _way(self, source: End, destination: End) -> FlowFilter:
        asked = FlowFilter(source_ip=[source[0]], destination_ip=[destination[0]])
        if self.protocol:
            asked.protocol.append(self.protocol)
        if source[1]:
            asked.source_port.append(str(source[1]))
            asked.destination_port.append(str(destination[1]))
        return asked


@dataclass(frozen=True, slots=True)
class Socket:
    """A socket of a node, by its cookie."""

    node: str
    cookie: int

    def filters(self) -> list[FlowFilter]:
        """Select what was translated at the socket."""
        asked = FlowFilter(event_type=[EventTypeFilter(type=TRACE_SOCK)])
        asked.experimental.cel_expression.append(f"_flow.socket_cookie == {self.cookie}u")
        return [asked]


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace, by its id."""

    id: str

    def filters(self) -> list[FlowFilter]:
        """Select the requests and responses of the trace."""
        return [FlowFilter(trace_id=[self.id])]


@dataclass(frozen=True, slots=True)
class Request:
    """A request, by the value of its `X-Request-Id`."""

    id: str

    def filters(self) -> list[FlowFilter]:
        """Select the request and its responses, wherever a proxy read them."""
        return [FlowFilter(http_header=[HTTPHeader(key=key, value=self.id) for key in REQUEST_ID])]


Trait = Opener | Pair | Socket | Trace | Request


class Traits(NamedTuple):
    """What a flow is recognised by.

    `guesses` are openers that it may have: where a node does not know who began, either end.
    """

    connection: frozenset[Trait]
    guesses: frozenset[Trait]
    request: frozenset[Trait]


def traits_of(flow: Flow) -> Traits:
    """Tell what a flow is recognised by; nothing where it names neither ends nor a request."""
    ends = Ends.of(flow)
    known: set[Trait] = set(ends.pair())
    if flow.socket_cookie:
        known.add(Socket(flow.node_name, flow.socket_cookie))
    reply = is_reply(flow)
    if reply is None:
        guesses = frozenset(ends.openers(ends.source, ends.destination))
        return Traits(frozenset(known), guesses, frozenset(_request(flow)))
    known.update(ends.openers(*([ends.destination] if reply else [ends.source, ends.translated])))
    return Traits(frozenset(known), frozenset(), frozenset(_request(flow)))


def is_reply(flow: Flow) -> bool | None:
    """Tell whether a flow goes to the client; None where that is not known."""
    if flow.HasField("is_reply"):
        return flow.is_reply.value
    return True if flow.reply else None  # older flows say so only of replies


class Ends(NamedTuple):
    """The ends of a flow; an address is empty where it is none, a port 0."""

    protocol: str
    source: End
    destination: End
    translated: End
    """The source after its address was translated."""

    @classmethod
    def of(cls, flow: Flow) -> "Ends":
        """Read the ends of a flow."""
        name = flow.l4.WhichOneof("protocol") or ""
        sent, received = (READERS[f"{end}_port"](flow) or 0 for end in ("source", "destination"))
        source, translated = _address(flow.IP.source), _address(flow.IP.source_xlated)
        destination = _address(flow.IP.destination), received
        return cls(name.lower(), (source, sent), destination, (translated, sent))

    def pair(self) -> Iterator[Trait]:
        """Give both ends, if they are known."""
        low, high = sorted((self.source, self.destination))
        ported = self.protocol in PORTED
        if low[0] and high[0] and ported == bool(low[1] and high[1]):
            yield Pair(self.protocol, (low, high))

    def openers(self, *ends: End) -> Iterator[Trait]:
        """Name each end as one that may have opened a connection, if it has a port."""
        return (Opener(self.protocol, end) for end in ends if all(end))


PORTED = {name.lower() for name in WITH_PORTS}


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


def _request(flow: Flow) -> Iterator[Trait]:
    """Give the trace and the request that a flow names."""
    if trace := flow.trace_context.parent.trace_id:
        yield Trace(trace)
    for header in flow.l7.http.headers:
        if header.value and header.key in REQUEST_ID:
            yield Request(header.value)
