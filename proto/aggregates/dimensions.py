"""The dimensions by which flows are grouped: the one table of their names and values.

`read` gives the part of a flow that a dimension is about, and `say` the text of that part: empty
where the flow has none. `say` looks at nothing else, so the relay can say each part once for all
the flows that share it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from proto import flow_pb2
from proto.aggregates.ends import ENDS, LABELS, cut, is_reply
from proto.enums import enum_name
from proto.flow_pb2 import Flow, Policy
from proto.parts import READERS

MOST_DIMENSIONS = 8
"""Dimensions that one question may have."""

RCODES: dict[int, str] = {
    0: "NOERROR",
    1: "FORMERR",
    2: "SERVFAIL",
    3: "NXDOMAIN",
    4: "NOTIMP",
    5: "REFUSED",
    6: "YXDOMAIN",
    7: "YXRRSET",
    8: "NXRRSET",
    9: "NOTAUTH",
    10: "NOTZONE",
}
"""Names of DNS response codes (RFC 1035, RFC 2136); others are said as numbers."""


class Dimension(NamedTuple):
    """A dimension: its name, the part that it reads, the text of that part, a line of help."""

    name: str
    read: Callable[[Flow], Any]
    say: Callable[[Any], str]
    help: str

    def value(self, flow: Flow) -> str:
        """Give the value of a flow."""
        return self.say(self.read(flow))


class UnknownDimension(ValueError):
    """A name that is no dimension's; the text has those that are."""


def policies(flow: Flow) -> tuple[Policy, ...]:
    """Give the policies that denied a flow, those of its source first: only a drop has any."""
    if flow.verdict != flow_pb2.DROPPED:
        return ()
    return (*flow.egress_denied_by, *flow.ingress_denied_by)


def server_port(flow: Flow) -> int | None:
    """Give the port of the server; None where the protocol has no ports."""
    number: int | None = READERS["source_port" if is_reply(flow) else "destination_port"](flow)
    return number


def record(flow: Flow) -> str | None:
    """Give the name of the layer 7 record, `l7` where there is none in it; None without layer 7."""
    return (flow.l7.WhichOneof("record") or "l7") if flow.HasField("l7") else None


def rcode(flow: Flow) -> int | None:
    """Give the code of a DNS response; a lookup has none."""
    l7 = flow.l7
    return l7.dns.rcode if l7.HasField("dns") and l7.type == flow_pb2.RESPONSE else None


def say_verdict(number: int) -> str:
    """Name a verdict as filters do; empty for an unknown one."""
    return enum_name(flow_pb2.Verdict, number) if number else ""


def say_drop_reason(number: int | None) -> str:
    """Name the reason of a drop as filters do, even where it is unknown."""
    return "" if number is None else enum_name(flow_pb2.DropReason, number)


def say_policies(denying: Iterable[Policy]) -> str:
    """Name policies as `namespace/name`, joined by commas, each once."""
    named = (f"{p.namespace}/{p.name}" if p.namespace else p.name for p in denying)
    return ",".join(dict.fromkeys(filter(None, named)))


def say_direction(number: int) -> str:
    """Name a direction as filters do: `ingress` or `egress`; empty for an unknown one."""
    return enum_name(flow_pb2.TrafficDirection, number).lower() if number else ""


def say_protocol(name: str | None) -> str:
    """Name a protocol of layer 4, given by its field of Layer4, as filters do."""
    return name.lower() if name else ""


def say_kind(name: str | None) -> str:
    """Name the kind of a flow by its layer 7 record: `http`, `dns`; `l3_l4` without one."""
    return name or "l3_l4"


def say_number(number: int | None) -> str:
    """Write a number, of which 0 means that there is none."""
    return str(number) if number else ""


def say_host(url: str) -> str:
    """Give the host of a URL, with its port where that is written, without a user."""
    _, scheme, rest = url.partition("://")
    for end in "/?#":
        rest = rest.partition(end)[0]
    return rest.rpartition("@")[2] if scheme else ""


def say_rcode(number: int | None) -> str:
    """Name the code of a DNS response: `NXDOMAIN`."""
    return "" if number is None else RCODES.get(number, str(number))


def _of_flow() -> tuple[Dimension, ...]:
    return (
        Dimension("verdict", READERS["verdict"], say_verdict, "what became of the flow"),
        Dimension("drop_reason", READERS["drop_reason"], say_drop_reason, "why it was dropped"),
        Dimension("policy", policies, cut(say_policies), "the policies that denied it"),
        Dimension("direction", READERS["traffic_direction"], say_direction, "ingress or egress"),
        Dimension(
            "protocol", lambda flow: flow.l4.WhichOneof("protocol"), say_protocol, "tcp, udp, …"
        ),
        Dimension("kind", record, say_kind, "l3_l4, or the protocol of layer 7"),
        Dimension("node", READERS["node_name"], cut(str), "the node that saw it"),
        Dimension("port", server_port, say_number, "the server's port"),
        Dimension("http_code", lambda flow: flow.l7.http.code, say_number, "the status of HTTP"),
        Dimension("http_method", lambda flow: flow.l7.http.method, cut(str), "the method of HTTP"),
        Dimension("http_host", lambda flow: flow.l7.http.url, cut(say_host), "the host of the URL"),
        Dimension(
            "dns_query", lambda flow: flow.l7.dns.query, cut(str), "the name that was looked up"
        ),
        Dimension("dns_rcode", rcode, say_rcode, "NOERROR, NXDOMAIN, …"),
    )


def _of_ends() -> tuple[Dimension, ...]:
    return tuple(
        Dimension(f"{end}.{label}", read, say, f"the {end}: {help_text}")
        for end, read in ENDS.items()
        for label, (say, help_text) in LABELS.items()
    )


DIMENSIONS: dict[str, Dimension] = {each.name: each for each in (*_of_flow(), *_of_ends())}
"""Every dimension by its name, in the order in which help shows them."""


def dimensions(names: Sequence[str]) -> tuple[Dimension, ...]:
    """Give the dimensions of these names. Raises UnknownDimension; ValueError for too many."""
    unknown = next((name for name in names if name not in DIMENSIONS), None)
    if unknown is not None:
        known = ", ".join(DIMENSIONS)
        raise UnknownDimension(f"no dimension is called {unknown!r}; there are {known}")
    if len(names) > MOST_DIMENSIONS:
        raise ValueError(f"{len(names)} dimensions are more than {MOST_DIMENSIONS}")
    return tuple(DIMENSIONS[name] for name in names)
