"""From filters to conditions on columns.

`proto.filters` alone says what a filter means. Here its matchers are asked about the values of a
dictionary, or a field's values are looked for in a column; a field that no column decides does not
narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from proto import flow_pb2
from proto.filters import Condition, conditions
from proto.flow_pb2 import FlowFilter
from proto.matching.kinds import PROTOCOLS
from relay.history.tree import ANY, And, In, Not, Or, Tree
from relay.history.wanted import Wanted
from relay.ingest.layouts import RECORDS, TRANSPORTS, flag_bits
from relay.rings.columns import INDEXED, MAX_CODE, UNKNOWN
from relay.rings.dimensions import Dimensions


class Narrowed(NamedTuple):
    """A condition on columns, and whether it decides exactly what it stands for."""

    tree: Tree
    exact: bool


UNDECIDED = Narrowed(ANY, False)
OF_HTTP = Narrowed(In("record", {RECORDS["http"]}), False)


def _scalar(column: str) -> Callable[[Sequence[int]], Tree]:
    return lambda values: In(column, set(values))


def _drop_reasons(values: Sequence[int]) -> Tree:
    return And((In("verdict", {flow_pb2.DROPPED}), In("drop_reason", set(values))))


def _replies(values: Sequence[bool]) -> Tree:
    said = In("is_reply", set(map(int, values)))
    dropped = And((In("is_reply", {UNKNOWN}), In("verdict", {flow_pb2.DROPPED})))
    return Or((said, dropped)) if False in values else said


def _event_types(values: Sequence[flow_pb2.EventTypeFilter]) -> Tree:
    return Or(tuple(_event_type(value) for value in values))


def _event_type(value: flow_pb2.EventTypeFilter) -> Tree:
    parts: list[Tree] = [Not(In("event_type", {UNKNOWN}))]
    if value.type:
        parts.append(In("event_type", {value.type}))
    if value.match_sub_type:
        parts.append(In("sub_type", {value.sub_type}))
    return And(tuple(parts))


def _protocols(values: Sequence[str]) -> Tree:
    names = {name for value in values for name in PROTOCOLS[value.lower()]}
    layer4 = {number for name, number in TRANSPORTS.items() if name.lower() in names}
    layer7 = {number for name, number in RECORDS.items() if name.lower() in names}
    return Or((In("protocol", {*layer4}), In("record", {*layer7})))


def _ports(column: str) -> Callable[[Sequence[str]], Tree]:
    return lambda values: In(column, set(map(int, values)))


def _tcp_flags(values: Sequence[flow_pb2.TCPFlags]) -> Tree:
    masks = [flag_bits(value) for value in values]
    return In("tcp_flags", {bits for bits in range(512) for mask in masks if bits & mask == mask})


VALUES: dict[str, Callable[[Any], Tree]] = {
    "verdict": _scalar("verdict"),
    "traffic_direction": _scalar("direction"),
    "ip_version": _scalar("ip_version"),
    "drop_reason_desc": _drop_reasons,
    "reply": _replies,
    "event_type": _event_types,
    "protocol": _protocols,
    "source_port": _ports("source_port"),
    "destination_port": _ports("destination_port"),
    "tcp_flags": _tcp_flags,
}
"""Fields whose values say at once which values of a column match."""

DICTIONARIES = {
    **{column.name: column for column in INDEXED if column.dimension},
    "http_path": next(column for column in INDEXED if column.name == "http_url"),
}
"""Columns by the field, or by the part of a flow, whose matcher judges the values of their
dictionary."""


@cache
def _statuses() -> list[flow_pb2.HTTP]:
    return [flow_pb2.HTTP(code=code) for code in range(MAX_CODE)]


def _status(term: Condition) -> Narrowed:
    codes = {http.code for http in _statuses() if term.matches(http)}
    return Narrowed(In("http_code", {*codes, MAX_CODE}), False)


class Narrow:
    """What an allow and a deny list ask of columns, over the dictionaries as they are and as they
    grow."""

    def __init__(
        self, allow: Sequence[FlowFilter], deny: Sequence[FlowFilter], dimensions: Dimensions
    ) -> None:
        self._dimensions = dimensions
        self._wanted: list[Wanted] = []
        allowed = [self._filter(each) for each in allow]
        denied = [self._filter(each) for each in deny]
        kept = [Or(tuple(each.tree for each in allowed))] if allowed else []
        self.tree: Tree = And((*kept, *(Not(each.tree) for each in denied if each.exact)))
        self.exact = all(each.exact for each in allowed + denied)
        """Whether the tree selects just what the filters let pass, and nothing more."""

    def refresh(self) -> bool:
        """Take in what the dictionaries got and lost since; say whether the tree changed."""
        changed = [wanted.refresh() for wanted in self._wanted]
        return any(changed)

    def _filter(self, flow_filter: FlowFilter) -> Narrowed:
        found = [
            self._condition(term, term.field.values(flow_filter))
            for term in conditions(flow_filter)
        ]
        return Narrowed(And(tuple(n.tree for n in found)), all(n.exact for n in found))

    def _condition(self, term: Condition, values: Sequence[Any]) -> Narrowed:
        name = term.field.name
        if name in VALUES:
            return Narrowed(VALUES[name](values), True)
        if name == "http_status_code":
            return _status(term)
        column = DICTIONARIES.get(name) or DICTIONARIES.get(term.field.reads)
        if column is None:
            return OF_HTTP if term.field.reads == "http" and not term.matches(None) else UNDECIDED
        wanted = Wanted(self._dimensions[column.dimension], term.matches)
        self._wanted.append(wanted)
        return Narrowed(In(column.name, wanted.ids), wanted.exact)
