"""Disk used when flows come one at a time, each in a commit of its own, and at full speed.

`--events` go into rings of half as many, so the rings are filled and turned over. The rings are far
smaller than usual, hence the dictionaries (endpoints, URLs …) weigh more on each flow: compare the
two figures with each other.
"""

import time
from typing import NamedTuple

from bench.feed import Feed, capacity
from bench.figure import Figure, Goal, fact, lower
from bench.flows import BATCH, events, requests
from bench.report import Options, command
from bench.server import place, running

EVENTS = 10_000


class Use(NamedTuple):
    """Commits a second, and bytes a flow while the relay runs and once it has ended."""

    commits: float
    disk: float
    closed: float


def use(options: Options, batch: int, window: int) -> Use:
    """Fill rings with batches of that size, so many at a time on their way."""
    count = options.events or EVENTS
    size = count / 2 / capacity(1)
    with place(None) as data, running(data, size) as server:
        feed = Feed(server.address, "slow", batch, window)
        source = events(options.seed, time.time_ns() - count * 10**9, 10**9)
        took = feed.send(requests(source, count, batch=batch), count)
        feed.close()
        disk = server.disk()
        server.stop()
        kept = capacity(size)
        return Use(count / batch / took, disk / kept, server.disk() / kept)


def run(options: Options) -> list[Figure]:
    """Measure."""
    slow, fast = use(options, 1, 1), use(options, BATCH, 64)
    return [
        fact("one at a time: commits", slow.commits, "1/s"),
        lower("one at a time: disk, with the log", slow.disk, "B/flow"),
        lower("one at a time: disk, closed", slow.closed, "B/flow"),
        lower("full speed: disk, closed", fast.closed, "B/flow"),
        lower("one at a time to full speed", slow.closed / fast.closed, "times", Goal(1.2)),
    ]


main = command("disk-slow", run)
"""The command line."""

if __name__ == "__main__":
    main()
