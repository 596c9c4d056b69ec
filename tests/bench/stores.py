"""A store on full rings, and batches for it, as the guard counts what they cost."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from bench.flows import BATCH, events, requests
from bench.store_ingest import limits
from proto.flow_pb2 import FlowFilter
from proto.selection import Selection
from relay.ingest.streams import StreamKey
from relay.store import Store

SHARE = 0.004
"""Rings of 4,000 events in all."""

SECONDS = 20.0
START_NS = 1_760_373_059_000_000_000
KEY = StreamKey("node-1", "count", "")


MOST = 80
"""Batches that are made."""


@cache
def _made() -> list[bytes]:
    return list(requests(events(1, START_NS), MOST * BATCH))


def batches(count: int) -> list[bytes]:
    """Give the first so many batches of events."""
    return _made()[:count]


def put(store: Store, ready: Sequence[bytes]) -> None:
    """Commit batches, one at a time."""
    for batch in ready:
        store.append(KEY, batch).result(SECONDS)


@contextmanager
def full(path: Path, filling: int = 24) -> Iterator[Store]:
    """Open a store, and fill its rings."""
    store = Store(path, limits(SHARE), clock=lambda: START_NS)
    try:
        put(store, batches(filling))
        yield store
    finally:
        store.close()


def answers(store: Store, selection: Selection, allow: Sequence[FlowFilter] = ()) -> int:
    """Ask, and read the answer to its end; give how many events are in it."""
    chunks = store.history().flows(selection, list(allow), [], upto=store.last_seq())
    return sum(map(len, chunks))
