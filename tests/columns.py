"""The columns that a relay would keep of some events, for tests without a store."""

from collections.abc import Sequence

import numpy as np

from proto.observer_pb2 import ExportEvent
from relay.ingest import extract
from relay.ingest.accept import accept, as_request
from relay.rings.columns import INDEXED, Columns
from relay.rings.dimensions import Dimensions
from tests.factories import NOON_NS

LATEST_NS = NOON_NS + 2 * 3600 * 10**9
"""Up to when an event's time is believed."""


def columns_of(events: Sequence[ExportEvent], dimensions: Dimensions) -> Columns:
    """Read the columns of events, as the relay does when they arrive at NOON_NS."""
    serialized = [event.SerializeToString() for event in events]
    accepted = accept(serialized, as_request(serialized))
    flows = [shadow.flow for shadow in accepted.shadows]
    own = extract.times(accepted.shadows, flows)
    places = extract.places(own, NOON_NS, LATEST_NS)
    found = extract.columns(flows, accepted.kinds, dimensions)
    named = dict(zip(("order_ns", "skew_ns", "lag_ms"), places, strict=True))
    return named | dict(zip((column.name for column in INDEXED), found, strict=True))


def some(columns: Columns, start: int, end: int) -> Columns:
    """Take some events' columns."""
    return {name: np.asarray(values[start:end]) for name, values in columns.items()}
