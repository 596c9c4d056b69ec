"""The columns of a ring's table: everything that history is narrowed by.

A row is a tuple of integers in this order. A column with a dimension holds ids of that dictionary,
0 for an empty value (no endpoint, no name); a number that the flow lacks is UNKNOWN, or 0 where 0
means the same. Only `time_ns` may be NULL: binding NULL costs five times what an integer costs. A
column with a zone is also noted for each block as a whole, if it is above 0, so that blocks without
a wanted value are never looked at.
"""

from typing import NamedTuple

DIMENSIONS = ("endpoint", "address", "service", "names", "node", "method", "url", "query")
"""The dictionaries: serialized endpoints, services and lists of names; texts of addresses, nodes,
HTTP methods and URLs, and DNS queries."""

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


PLACE = (Column("id"), Column("seq"), Column("order_ns"), Column("time_ns"), Column("lag_ms"))
"""Where an event stands: ordinal in its ring, relay's order, time to sort by, own time, arrival
after `order_ns`."""

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
    *_ids("query", "dns_query"),
    *_ids("address", "source_ip_xlated"),
    *_ids("service", "source_service", "destination_service"),
    *_ids("names", "source_names", "destination_names"),
    Column("ip_version"),
    Column("kind"),
)
"""What is read from an event, the columns that are asked about most at the front: SQLite reads a
row from there. `protocol`, `record` and `kind` are field numbers in Layer4, Layer7 and ExportEvent;
`http_code` is at most MAX_CODE."""

COLUMNS = PLACE + INDEXED
INDEX = {column.name: number for number, column in enumerate(COLUMNS)}
"""Where in a row each column is."""

Row = tuple[int | None, ...]
"""One row, in the order of COLUMNS."""


def zone_key(zone: str, value: int) -> int:
    """Give the key under which a block notes that `value` occurs in it."""
    return value << ZONE_BITS | ZONES.index(zone)
