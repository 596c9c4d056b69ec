"""Matching what kind of traffic a flow is: protocols, ports, TCP flags, event types, interfaces."""

import re
from collections.abc import Callable, Sequence

from proto.flow_pb2 import EventTypeFilter, NetworkInterface, TCPFlags
from proto.matching.names import exactly

L4_PROTOCOLS = ("tcp", "udp", "icmpv4", "icmpv6", "sctp", "vrrp", "igmp")
"""The layer 4 protocols, by the lower-case names of Layer4's fields."""

L7_PROTOCOLS = ("dns", "http", "kafka")
"""The layer 7 protocols, by the names of Layer7's fields."""

PROTOCOLS: dict[str, tuple[str, ...]] = {
    "icmp": ("icmpv4", "icmpv6"),
    **{name: (name,) for name in L4_PROTOCOLS + L7_PROTOCOLS},
}
"""What each name of a protocol stands for."""

FLAGS = ("FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "NS")
"""The flags of a TCP segment, by the names of TCPFlags' fields."""

HIGHEST_PORT = 65_535
"""The highest port there is."""


def protocols(values: Sequence[str]) -> Callable[[tuple[str, ...]], bool]:
    """Match the layer 4 and layer 7 protocols of a flow, given by name without regard to case."""
    wanted = frozenset(name for value in values for name in _protocol(value))
    return lambda spoken: not wanted.isdisjoint(spoken)


def ports(values: Sequence[str]) -> Callable[[int | None], bool]:
    """Match a port, given in decimal; a flow without ports has None."""
    return exactly([_port(value) for value in values])


def tcp_flags(values: Sequence[TCPFlags]) -> Callable[[TCPFlags | None], bool]:
    """Match flags among which are all that one of the values has set."""
    wanted = [[name for name in FLAGS if getattr(value, name)] for value in values]
    return lambda flags: (
        flags is not None and any(all(getattr(flags, name) for name in names) for names in wanted)
    )


def event_types(values: Sequence[EventTypeFilter]) -> Callable[[tuple[int, int] | None], bool]:
    """Match an event's type and subtype; 0 is any type, and an unasked subtype any."""
    wanted = [
        (value.type or None, value.sub_type if value.match_sub_type else None) for value in values
    ]
    return lambda event: (
        event is not None
        and any(
            kind in (None, event[0]) and subtype in (None, event[1]) for kind, subtype in wanted
        )
    )


def interfaces(values: Sequence[NetworkInterface]) -> Callable[[NetworkInterface | None], bool]:
    """Match a network interface by name, index or both; an empty name and index 0 stand for any."""
    return lambda seen: (
        seen is not None
        and any(
            value.index in (0, seen.index) and value.name in ("", seen.name) for value in values
        )
    )


def _protocol(value: str) -> tuple[str, ...]:
    try:
        return PROTOCOLS[value.lower()]
    except KeyError:
        raise ValueError(f"{value!r} is not one of {', '.join(PROTOCOLS)}") from None


def _port(value: str) -> int:
    if re.fullmatch("[0-9]+", value) and int(value) <= HIGHEST_PORT:
        return int(value)
    raise ValueError(f"{value!r} is not a port from 0 to {HIGHEST_PORT}")
