"""The flows behind a number: from the values of a group to the filter that selects its flows.

A name alone does not say whether it is a service's, a workload's or a pod's, so there may be
several ways to ask for its flows; the first that finds any is the right one.
"""

import ipaddress
import json
import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from proto.aggregates.ends import RESERVED
from tui.filtertext import FilterText, InvalidText

if TYPE_CHECKING:
    from proto.flow_pb2 import FlowFilter


class Behind(NamedTuple):
    """Filter flags with their values; and those of the flows that run the other way, if any."""

    flags: tuple[str, ...]
    replies: tuple[str, ...] = ()


def flags(*pairs: str) -> tuple[Behind, ...]:
    """Ask for flows by flags whose meaning is plain."""
    return (Behind(pairs),)


def in_cel(text: str) -> str:
    """Write a text of a CEL expression; that knows the escapes of JSON."""
    return json.dumps(text, ensure_ascii=False)


def of_node(name: str) -> tuple[Behind, ...]:
    """Ask for the flows of a node, whatever letters its name is of."""
    return (
        Behind(("--node-name", name)),
        *flags("--cel-expression", f"_flow.node_name == {in_cel(name)}"),
    )


def end(side: str, label: str, name: str) -> list[tuple[str, ...]]:
    """Give the ways to ask for an end: `side` is from or to, `label` what the name stands for."""
    if label == "namespace":
        return [(f"--{side}-namespace", name)] if name else [("--not", f"--{side}-all-namespaces")]
    if _is_address(name):
        return [(f"--{side}-ip", name)]
    if name.startswith(RESERVED):
        return [
            (f"--{side}-label", name),
            (f"--{side}-identity", name.removeprefix(RESERVED)),
        ]
    namespace, slash, plain = name.partition("/")
    if not slash:
        return [(f"--{side}-fqdn", name), (f"--{side}-workload", name)]
    named = f"/{plain}" if "/" in plain else plain  # of any kind, which stands before a slash
    workload = (f"--{side}-namespace", namespace, f"--{side}-workload", named)
    ways = [workload, (f"--{side}-pod", name)]
    return [(f"--{side}-service", name), *ways] if label == "service" else ways


def of_server(label: str, name: str, *more: str) -> tuple[Behind, ...]:
    """Ask for the flows to a server, and for those from it."""
    ways = zip(end("to", label, name), end("from", label, name), strict=True)
    return tuple(Behind((*there, *more), (*back, *more)) for there, back in ways)


def one_way(label: str, source: str, destination: str) -> tuple[Behind, ...]:
    """Ask for the flows from a source to a destination."""
    ways = product(end("from", label, source), end("to", label, destination))
    return tuple(Behind(start + stop) for start, stop in ways)


def both_ways(label: str, client: str, server: str) -> tuple[Behind, ...]:
    """Ask for the flows between a client and a server, replies included."""
    ways = zip(one_way(label, client, server), _swapped(label, client, server), strict=True)
    return tuple(Behind(there.flags, back) for there, back in ways)


def _swapped(label: str, client: str, server: str) -> Iterator[tuple[str, ...]]:
    for stop, start in product(end("to", label, client), end("from", label, server)):
        yield start + stop


def texts(ways: Iterable[Behind], filters: FilterText) -> Iterator[str]:
    """Write the filters of several ways; one that no filter can say is left out."""
    for way in ways:
        with suppress(InvalidText):
            yield text(way, filters)


def text(behind: Behind, filters: FilterText) -> str:
    """Write the filter of these flows among those that a filter lets through."""
    ways = [FilterText.read(shlex.join(each)) for each in behind if each]
    wanted = _product(filters.allow, [one for way in ways for one in way.allow])
    denied = (*filters.deny, *(one for way in ways for one in way.deny))
    plain = " ".join(filter(None, (filters.text, shlex.join(behind.flags), *_raw(ways[1:]))))
    read = FilterText.read(plain)
    said = plain.isprintable()  # else names of strangers would reach the terminal as they are
    if said and list(read.allow) == wanted and set(map(str, read.deny)) == set(map(str, denied)):
        return plain
    return " ".join(_json("--allowlist", wanted) + _json("--denylist", denied))


def _raw(ways: Iterable[FilterText]) -> list[str]:
    return _json("--allowlist", [one for way in ways for one in way.allow])


def _product(one: "Sequence[FlowFilter]", other: "Sequence[FlowFilter]") -> "list[FlowFilter]":
    """Combine alternatives; where both name a field, the second is the narrower one."""
    if not one or not other:
        return [*one, *other]
    return [_merged(first, second) for first, second in product(one, other)]


def _merged(one: "FlowFilter", other: "FlowFilter") -> "FlowFilter":
    merged = type(one)()
    merged.CopyFrom(one)
    for field, _ in other.ListFields():
        merged.ClearField(field.name)  # type: ignore[arg-type]  # its name is one of the message's
    merged.MergeFrom(other)
    return merged


def _json(flag: str, filters: "Iterable[FlowFilter]") -> list[str]:
    from proto.jsonlines import to_json

    return [f"{flag} {shlex.quote(to_json(each).decode())}" for each in filters]


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
