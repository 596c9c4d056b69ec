"""The columns that a relay would keep of some events, for tests without a store."""

from collections.abc import Sequence

from proto.observer_pb2 import ExportEvent
from relay.ingest.extract import extract
from relay.rings.columns import Columns, named
from relay.rings.dimensions import Dimensions
from tests.factories import NOON_NS

LATEST_NS = NOON_NS + 2 * 3600 * 10**9
"""Up to when an event's time is believed."""


def columns_of(events: Sequence[ExportEvent], dimensions: Dimensions) -> Columns:
    """Read the columns of events, as the relay does when they arrive at NOON_NS."""
    serialized = [event.SerializeToString() for event in events]
    return named(extract(serialized, dimensions).table(1, NOON_NS, LATEST_NS))


def some(columns: Columns, start: int, end: int) -> Columns:
    """Take some events' columns."""
    return {name: values[start:end] for name, values in columns.items()}
