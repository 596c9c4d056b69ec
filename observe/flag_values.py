"""The values of filter flags: their texts read into what a FlowFilter field holds, and the names
worth offering.

A text that cannot be meant raises ValueError, which quotes it. What only the matcher can judge
(addresses, selectors, expressions, ports) stays text here. Nothing of protobuf is loaded before a
name of one of its enums is needed.
"""

import re
from collections.abc import Sequence
from typing import Any

from observe.switches import truth
from proto.event_types import AGENT, DEBUG, RECORDER, SUBTYPES, TYPES
from proto.identities import RESERVED

DIRECTIONS = ("ingress", "egress")
IP_VERSIONS = ("v4", "v6", "none")
VERSIONS = {"4": "IPv4", "6": "IPv6", "none": "IP_NOT_USED", "_not_used": "IP_NOT_USED"}
HTTP_METHODS = ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")

HIGHEST_TYPE = 2**31 - 1
"""The highest number of an event's type or subtype."""


def anywhere(text: str) -> str | None:
    """Read the switch for all namespaces, which an empty one stands for; None if it is off."""
    return "" if truth(text) else None


def no(text: str) -> bool:
    """Read a switch that asks for the opposite."""
    return not truth(text)


def verdict(text: str) -> int:
    """Read the name of a verdict."""
    from proto.flow_pb2 import Verdict

    return _enum(Verdict, text, "a verdict")


def drop_reason(text: str) -> int:
    """Read the name of a drop reason."""
    from proto.flow_pb2 import DropReason

    return _enum(DropReason, text, "a drop reason")


def direction(text: str) -> str:
    """Read a traffic direction, in any case."""
    if text.lower() not in DIRECTIONS:
        raise ValueError(f"{text!r} is not ingress or egress")
    return text.upper()


def ip_version(text: str) -> str:
    """Read an IP version, such as 4, v4 or IPv4, or none."""
    found = VERSIONS.get(re.sub("^(ipv|ip|v)", "", text.lower()))
    if found is None:
        raise ValueError(f"{text!r} is not v4, v6 or none")
    return found


def ipv4(text: str) -> str | None:
    """Read the switch for IPv4."""
    return "IPv4" if text in ("v4", "=v4") or truth(text) else None


def ipv6(text: str) -> str | None:
    """Read the switch for IPv6."""
    return "IPv6" if text in ("v6", "=v6") or truth(text) else None


def identity(text: str) -> int:
    """Read a security identity: a reserved name or a number, decimal or hexadecimal."""
    if text in RESERVED:
        return RESERVED[text]
    if (
        re.fullmatch("[0-9]+|0[xX][0-9a-fA-F]+", text)
        and (number := int(text, _base(text))) < 2**32
    ):
        return number
    raise ValueError(f"{text!r} is not a number or one of {', '.join(RESERVED)}")


def event_type(text: str) -> dict[str, Any]:
    """Read `TYPE` or `TYPE:SUBTYPE`, either by name or number."""
    name, colon, subtype = text.partition(":")
    number = _numbered(name, TYPES, "an event type")
    if not colon:
        return {"type": number}
    sub_type = _numbered(subtype, SUBTYPES.get(number, {}), f"a subtype of {name}")
    return {"type": number, "match_sub_type": True, "sub_type": sub_type}


def tcp_flags(text: str) -> dict[str, bool]:
    """Read TCP flags joined by commas, in any case."""
    names = [name.strip().upper() for name in text.split(",")]
    known = tcp_flag_names()
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"{unknown[0]!r} is not one of {', '.join(known)}")
    return dict.fromkeys(names, True)


def ip_trace_id(text: str) -> int:
    """Read the trace id of an IP option: a number greater than 0."""
    if re.fullmatch("[0-9]+", text) and 0 < int(text) < 2**64:
        return int(text)
    raise ValueError(f"{text!r} is not a number greater than 0")


def http_header(text: str) -> dict[str, str]:
    """Read `KEY:VALUE`; the value may be empty."""
    key, colon, value = text.partition(":")
    if not colon:
        raise ValueError(f"{text!r} is not KEY:VALUE")
    return {"key": key, "value": value}


def workload(text: str) -> dict[str, str]:
    """Read `NAME`, `KIND/NAME` or `KIND/`."""
    kind, slash, name = text.partition("/")
    return {"kind": kind, "name": name} if slash else {"name": text}


def interface(text: str) -> dict[str, str]:
    """Read the name of a network interface."""
    return {"name": text}


def verdicts() -> Sequence[str]:
    """Name the verdicts."""
    from proto.flow_pb2 import Verdict

    return Verdict.keys()[1:]


def drop_reasons() -> Sequence[str]:
    """Name the drop reasons."""
    from proto.flow_pb2 import DropReason

    return DropReason.keys()


def protocols() -> Sequence[str]:
    """Name the protocols of layers 4 and 7."""
    from proto.matching.kinds import PROTOCOLS

    return tuple(PROTOCOLS)


def tcp_flag_names() -> Sequence[str]:
    """Name the flags of a TCP segment."""
    from proto.matching.kinds import FLAGS

    return FLAGS


def event_type_names() -> Sequence[str]:
    """Name the types of events that flows are made of, and their subtypes."""
    flows = [name for name in TYPES if TYPES[name] not in (AGENT, DEBUG, RECORDER)]
    subtypes = [f"{name}:{sub}" for name in flows for sub in SUBTYPES.get(TYPES[name], {})]
    return flows + subtypes


def _base(text: str) -> int:
    return 16 if text[:2].lower() == "0x" else 10


def _enum(values: Any, text: str, what: str) -> int:
    try:
        number: int = values.Value(text)
    except ValueError:
        raise ValueError(f"{text!r} is not {what} ({', '.join(values.keys()[1:9])}, …)") from None
    return number


def _numbered(text: str, names: dict[str, int], what: str) -> int:
    if text in names:
        return names[text]
    if re.fullmatch("[0-9]+", text) and int(text) <= HIGHEST_TYPE:
        return int(text)
    known = f" ({', '.join(names)})" if names else ""
    raise ValueError(f"{text!r} is not {what}{known}")
