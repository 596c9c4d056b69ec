"""What flows are told apart by: the keys of a table, each read from columns, and which of them say
what a dimension says.

A key holds ids of a dictionary, or numbers. Where a row's rarer keys were emptied, it has the value
that stands for none of the key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from proto import flow_pb2
from proto.aggregates.dimensions import DIMENSIONS
from proto.aggregates.ends import ENDS
from proto.aggregates.measures import SERVER_ERROR
from relay.aggregates.table import Matrix
from relay.rings.columns import UNKNOWN, Columns, Ints

FOLDED = -2
"""Stands for a record of which nothing is known any more: 0 says that there was none."""

DROPPED, ERROR, REQUEST, RESPONSE = (1 << bit for bit in range(4))
"""Bits of the key `measures`: what a flow counts as, beside being one."""


class Key(NamedTuple):
    """A key: the columns it is read from, how, and the value that stands for none."""

    columns: tuple[str, ...]
    read: Callable[..., Ints]
    none: int = 0


def _column(name: str, none: int = 0) -> Key:
    return Key((name,), lambda values: values, none)


def _drop_reason(verdicts: Ints, reasons: Ints) -> Ints:
    return np.where(verdicts == flow_pb2.DROPPED, reasons, UNKNOWN)


def _is_reply(replies: Ints, sources: Ints, destinations: Ints) -> Ints:
    lower = (sources > 0) & (sources < destinations)
    return np.where(replies == UNKNOWN, lower, replies)


def _port(replies: Ints, sources: Ints, destinations: Ints) -> Ints:
    return np.where(_is_reply(replies, sources, destinations) == 1, sources, destinations)


def _rcode(types: Ints, rcodes: Ints) -> Ints:
    return np.where(types == flow_pb2.RESPONSE, rcodes, UNKNOWN)


def _measures(verdicts: Ints, types: Ints, codes: Ints, rcodes: Ints) -> Ints:
    responses = types == flow_pb2.RESPONSE
    failed = responses & ((codes >= SERVER_ERROR) | (rcodes > 0))
    found: Ints = (verdicts == flow_pb2.DROPPED) * DROPPED
    found |= ((verdicts == flow_pb2.ERROR) | failed) * ERROR
    found |= (types == flow_pb2.REQUEST) * REQUEST
    found |= responses * RESPONSE
    return found


ENDPOINT, SERVICE, NAMES, ADDRESS = "", "_service", "_names", "_ip"
"""What follows `source` or `destination` in the names of the four keys of an end."""

KEYS = {
    "measures": Key(("verdict", "l7_type", "http_code", "dns_rcode"), _measures),
    **{
        end + part: _column(end + part)
        for end in ("source", "destination")
        for part in (ENDPOINT, SERVICE, NAMES, ADDRESS)
    },
    "is_reply": Key(("is_reply", "source_port", "destination_port"), _is_reply),
    "verdict": _column("verdict"),
    "drop_reason": Key(("verdict", "drop_reason"), _drop_reason, UNKNOWN),
    "denied_by": _column("denied_by"),
    "direction": _column("direction"),
    "protocol": _column("protocol"),
    "record": _column("record", FOLDED),
    "node_name": _column("node_name"),
    "port": Key(("is_reply", "source_port", "destination_port"), _port, UNKNOWN),
    "http_code": _column("http_code"),
    "http_method": _column("http_method"),
    "http_host": _column("http_host"),
    "dns_query": _column("dns_query"),
    "dns_rcode": Key(("l7_type", "dns_rcode"), _rcode, UNKNOWN),
}
"""Every key by its name."""

ONE_KEY = {
    "verdict": "verdict",
    "drop_reason": "drop_reason",
    "policy": "denied_by",
    "direction": "direction",
    "protocol": "protocol",
    "kind": "record",
    "node": "node_name",
    "port": "port",
    "http_code": "http_code",
    "http_method": "http_method",
    "http_host": "http_host",
    "dns_query": "dns_query",
    "dns_rcode": "dns_rcode",
}
"""The key of each dimension that is none of an end."""

OF_END = {
    "namespace": (ENDPOINT, SERVICE),
    "pod": (ENDPOINT,),
    "workload": (ENDPOINT, SERVICE, NAMES, ADDRESS),
    "service": (ENDPOINT, SERVICE, NAMES, ADDRESS),
    "address": (ADDRESS,),
}
"""The keys of an end that each of its labels needs."""

SOURCES_OF = {
    "source": ("source",),
    "destination": ("destination",),
    "client": ("source", "destination"),
    "server": ("destination", "source"),
}
"""Which end of a flow each end is; where there are two, the second where the flow is a reply."""

assert set(SOURCES_OF) == set(ENDS)
assert {*ONE_KEY, *(f"{end}.{label}" for end in ENDS for label in OF_END)} == set(DIMENSIONS)


def keys_of(dimension: str) -> tuple[str, ...]:
    """Give the keys that say what a dimension says."""
    if dimension in ONE_KEY:
        return (ONE_KEY[dimension],)
    end, _, label = dimension.partition(".")
    sources = SOURCES_OF[end]
    reply = ("is_reply",) if len(sources) > 1 else ()
    return (*(source + part for source in sources for part in OF_END[label]), *reply)


def keys_for(dimensions: Iterable[str]) -> tuple[str, ...]:
    """Give the keys that are needed for some dimensions and for what is counted, in order."""
    needed = {key for name in dimensions for key in keys_of(name)}
    return tuple(name for name in KEYS if name in needed or name == "measures")


def columns_for(keys: Iterable[str]) -> tuple[str, ...]:
    """Give the columns that keys are read from."""
    return tuple(dict.fromkeys(column for key in keys for column in KEYS[key].columns))


def read_keys(columns: Columns, keys: Iterable[str]) -> Matrix:
    """Read keys from the columns of flows, of which there is at least one."""
    return np.stack(
        [KEYS[key].read(*(columns[name] for name in KEYS[key].columns)) for key in keys]
    )
