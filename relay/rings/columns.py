"""The columns of a ring: every integer that history is narrowed by and flows are counted by.

Events in memory are a Table, in the file each column of a run of events is one value. A column with
a dimension holds ids of that dictionary, 0 for an empty value (no endpoint, no name); a number that
the flow lacks is UNKNOWN, or 0 where 0 means the same. A column with a zone is also noted for each
block as a whole, if it is above 0, so that blocks without a wanted value are never looked at.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

DIMENSIONS = (
    *("endpoint", "address", "service", "names", "node"),
    *("method", "url", "host", "query", "policy"),
)
"""The dictionaries: serialized endpoints, services and lists of names; texts of addresses, nodes,
HTTP methods, URLs and their hosts, DNS queries, and names of the policies that denied."""

ZONES = (*DIMENSIONS, "verdict", "drop_reason", "event_type", "http_code")
"""What is noted for each block; a zone's number is its place here."""

ZONE_BITS = 4
"""Bits that hold a zone's number in a zone key."""


class Column(NamedTuple):
    """One column: its name in SQL, its dictionary and its zone, each empty where it has none."""

    name: str
    dimension: str = ""
    zone: str = ""


def _ids(dimension: str, *names: str) -> list[Column]:
    return [Column(name, dimension, dimension) for name in names]


PLACE = (Column("seq"), Column("order_ns"), Column("skew_ns"), Column("lag_ms"))
"""Where an event stands: relay's order, time to sort by, and after that its own time (mostly 0) and
its arrival."""

NO_TIME = -(1 << 63)
"""The skew of an event that has no time of its own."""

UNKNOWN = -1
"""Stands for a number that a flow lacks."""

MAX_CODE = 1000
"""Stands for every HTTP status of more than three digits."""

INDEXED = (
    *_ids("endpoint", "source", "destination"),
    *_ids("address", "source_ip", "destination_ip"),
    Column("verdict", zone="verdict"),
    Column("source_port"),
    Column("destination_port"),
    Column("protocol"),
    Column("tcp_flags"),
    Column("event_type", zone="event_type"),
    Column("sub_type"),
    Column("direction"),
    Column("is_reply"),
    Column("drop_reason", zone="drop_reason"),
    *_ids("node", "node_name"),
    Column("record"),
    Column("http_code", zone="http_code"),
    *_ids("method", "http_method"),
    *_ids("url", "http_url"),
    *_ids("host", "http_host"),
    *_ids("query", "dns_query"),
    *_ids("address", "source_ip_xlated"),
    *_ids("service", "source_service", "destination_service"),
    *_ids("names", "source_names", "destination_names"),
    Column("ip_version"),
    Column("kind"),
    Column("l7_type"),
    Column("latency_ns"),
    Column("dns_rcode"),
    *_ids("policy", "denied_by"),
)
"""What is read from an event. `protocol`, `record` and `kind` are field numbers in Layer4, Layer7
and ExportEvent, UNKNOWN for layer 7 without a record; `l7_type` is one of flow.L7FlowType;
`http_code` is at most MAX_CODE."""

COLUMNS = PLACE + INDEXED
INDEX = {column.name: number for number, column in enumerate(COLUMNS)}
"""Where in a table each column is."""

NAMES = tuple(INDEX)

Ints = npt.NDArray[np.int64]
"""One column."""

Bools = npt.NDArray[np.bool_]
"""For each of many events, whether something holds."""

Table = npt.NDArray[np.int64]
"""Columns of events: two axes, first the column as in COLUMNS, then the event."""

Columns = Mapping[str, Ints]
"""Some columns by name."""


def named(table: Table) -> dict[str, Ints]:
    """Give the columns of a table by their names."""
    return dict(zip(NAMES, table, strict=True))


ZONE_NUMBERS = {zone: number for number, zone in enumerate(ZONES)}
"""The place of each zone in ZONES."""

Key = TypeVar("Key", int, Ints)


def zone_key(zone: str, value: Key) -> Key:
    """Give the key under which a block notes that a value, or each of some, occurs in it."""
    return value << ZONE_BITS | ZONE_NUMBERS[zone]
