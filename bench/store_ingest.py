"""The store alone, without gRPC: ingest into full rings, disk, memory, and what queries take."""

import resource
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from statistics import median

from bench.cast import ONE_IN_TEN_THOUSAND, ONE_PERCENT
from bench.flows import BATCH, RINGS, events, requests
from bench.report import Figure, Options, command
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

QUERIES = {
    "last 20": (Selection(20), []),
    "last 20 of 1 %": (Selection(20), [FlowFilter(source_pod=[ONE_PERCENT])]),
    "last 20 of 0.01 %": (Selection(20), [FlowFilter(source_pod=[ONE_IN_TEN_THOUSAND])]),
    "last 20, nothing found": (Selection(20), [FlowFilter(source_pod=["needle/none"])]),
    "last 20 to port 1": (Selection(20), [FlowFilter(destination_port=["1"])]),
    "everything": (Selection(), []),
}


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


def run(options: Options) -> Iterator[Figure]:
    """Fill the rings, then measure."""
    limits = {name: Limit(count=int(count * options.size)) for name, count in RINGS.items()}
    capacity = sum(limit.count for limit in limits.values())
    with place(options.data) as data:
        store = Store(data, limits)
        fill = int(capacity * 1.02)
        source = events(options.seed, time.time_ns() - 2 * capacity * 10**6)
        batches = requests(source, 10**12)
        for _ in range(0, fill, EVENTS):
            ingest(store, batches, EVENTS)
        rates = [EVENTS / ingest(store, batches, EVENTS) for _ in range(options.repeat)]
        yield Figure("ingest into full rings", median(rates), "flows/s", ">= 90,000")
        yield Figure("disk", disk(data) / capacity, "B/flow", "<= 220")
        yield from queries(store, capacity, options.repeat)
        store.close()
        yield Figure("open full rings", opening(lambda: Store(data, limits)) * 1e3, "ms", "< 2,000")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        yield Figure("memory at most, with the generator", memory, "MB", "< 300")


def queries(store: Store, capacity: int, repeat: int) -> Iterator[Figure]:
    """Ask everything; the first answer of each is not counted."""
    for name, (selection, allow) in QUERIES.items():
        ask(store, selection, allow)
        took = median(ask(store, selection, allow) for _ in range(repeat))
        if selection.number:
            yield Figure(name, took * 1e3, "ms")
        else:
            yield Figure(name, capacity / took, "flows/s", ">= 300,000")


def opening(make: Callable[[], Store]) -> float:
    """Open a store and close it; give the seconds that opening took."""
    began = time.perf_counter()
    store = make()
    took = time.perf_counter() - began
    store.close()
    return took


def measured(options: Options) -> list[Figure]:
    """Give all figures."""
    return list(run(options))


main = command("store", measured)

if __name__ == "__main__":
    main()
