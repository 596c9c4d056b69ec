"""Disk used when flows come one at a time: each in a batch and a commit of its own.

The rings are filled and turned over in that way: `--events` into rings of half as many.
"""

import time

from bench.feed import Feed, capacity
from bench.flows import events, requests
from bench.report import Figure, Options, command
from bench.server import place, running

EVENTS = 20_000


def run(options: Options) -> list[Figure]:
    """Measure."""
    count = options.events or EVENTS
    size = count / 2 / capacity(1)
    with place(options.data) as data, running(data, size) as server:
        feed = Feed(server.address, f"slow-{time.time_ns()}", batch=1, window=1)
        source = events(options.seed, time.time_ns() - count * 10**9, 10**9)
        took = feed.send(requests(source, count, batch=1), count)
        feed.close()
        disk = server.disk()
        server.stop()
        kept = capacity(size)
        return [
            Figure("events kept", kept, "events"),
            Figure("commits", count / took, "1/s"),
            Figure("disk, with the log", disk / kept, "B/flow"),
            Figure("disk, closed", server.disk() / kept, "B/flow", "at most 220"),
        ]


main = command("disk-slow", run)
"""The command line."""

if __name__ == "__main__":
    main()
