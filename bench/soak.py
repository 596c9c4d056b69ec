"""Whether a relay grows while it is loaded: its memory, and its file, at full speed into full rings
for `--seconds` (30; an hour shows more).
"""

import time
from collections.abc import Iterator
from typing import NamedTuple

from bench.feed import fill
from bench.figure import Figure, Goal, higher, lower
from bench.fleet import loads, send
from bench.report import Options, command
from bench.server import Server, place, running

SECONDS = 30.0
BURST = 200_000
GROWTH = Goal(10)
"""Percent, from the first third to the last."""


class Moment(NamedTuple):
    """Megabytes of memory and of disk, and the rate since the moment before."""

    memory: float
    disk: float
    rate: float


def moments(server: Server, source: Iterator[bytes], options: Options) -> Iterator[Moment]:
    """Load the relay until the time is up."""
    end = time.monotonic() + (options.seconds or SECONDS)
    while time.monotonic() < end:
        sent = loads(source, options.agents, options.events or BURST)
        took = send(server.address, sent)
        rate = sum(count for _, _, count in sent) / took
        yield Moment(server.memory(), server.disk() / 1e6, rate)


def growth(values: list[float]) -> float:
    """Give by how many percent the most of the last third exceeds the most of the first."""
    third = max(1, len(values) // 3)
    return (max(values[-third:]) / max(values[:third]) - 1) * 100


def run(options: Options) -> list[Figure]:
    """Measure."""
    with place(options.data) as data, running(data, options.size) as server:
        source = fill(server, options.size, options.seed)
        seen = list(moments(server, source, options))
        return [
            higher("ingest", (each.rate for each in seen), "flows/s"),
            lower("memory", (each.memory for each in seen), "MB"),
            lower("growth of memory", growth([each.memory for each in seen]), "%", GROWTH),
            lower("growth of disk", growth([each.disk for each in seen]), "%", GROWTH),
        ]


main = command("soak", run)
"""The command line."""

if __name__ == "__main__":
    main()
