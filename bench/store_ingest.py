"""The store alone, without gRPC: ingest into full rings, disk, and how soon full rings open."""

import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

from bench.feed import FILL, capacity
from bench.figure import Figure, higher, lower
from bench.flows import BATCH, RINGS, events, requests
from bench.report import Options, command
from bench.server import place
from proto.flow_pb2 import FlowFilter
from proto.selection import Selection
from relay.ingest.streams import Progress, StreamKey
from relay.rings.limits import Limit
from relay.store import Store

WINDOW = 32
"""Batches that wait to be committed at once."""

EVENTS = 256 * BATCH
"""Events of a measured run."""


def limits(size: float) -> dict[str, Limit]:
    """Give the bounds of all rings, `size` times a million in all."""
    return {name: Limit(count=max(1, round(count * size))) for name, count in RINGS.items()}


def ingest(store: Store, batches: Iterator[bytes], count: int) -> float:
    """Commit so many events; give the seconds."""
    key = StreamKey("bench", "store", "")
    waiting: deque[Future[Progress]] = deque()
    ready = [next(batches) for _ in range(0, count, BATCH)]
    began = time.perf_counter()
    for batch in ready:
        waiting.append(store.append(key, batch))
        if len(waiting) > WINDOW:
            waiting.popleft().result()
    for each in waiting:
        each.result()
    return time.perf_counter() - began


def ask(store: Store, selection: Selection, allow: list[FlowFilter]) -> float:
    """Read an answer; give the seconds."""
    began = time.perf_counter()
    for _ in store.history().flows(selection, allow, [], upto=store.last_seq()):
        pass
    return time.perf_counter() - began


def disk(data: Path) -> int:
    """Give the bytes of the database and its log."""
    return sum(file.stat().st_size for file in data.parent.glob(f"{data.name}*"))


def opened(data: Path, size: float) -> float:
    """Open a store and close it; give the seconds that opening took."""
    began = time.perf_counter()
    store = Store(data, limits(size))
    took = time.perf_counter() - began
    store.close()
    return took


def run(options: Options) -> list[Figure]:
    """Fill the rings, then measure."""
    kept = capacity(options.size)
    count = options.events or EVENTS
    with place(options.data) as data:
        store = Store(data, limits(options.size))
        source = events(options.seed, time.time_ns() - 2 * kept * 10**6)
        batches = requests(source, 10**12)
        for _ in range(0, round(kept * FILL), EVENTS):
            ingest(store, batches, EVENTS)
        rates = [count / ingest(store, batches, count) for _ in range(options.repeat)]
        store.close()
        closed = disk(data)
        opening = [opened(data, options.size) * 1e3 for _ in range(options.repeat)]
        return [
            higher("into full rings", rates, "flows/s"),
            lower("disk, closed", closed / kept, "B/flow"),
            lower("open full rings", opening, "ms"),
        ]


main = command("store", run)
"""The command line."""

if __name__ == "__main__":
    main()
