"""How fast a relay takes flows into rings that are full: agent protocol, relay process, commit.

All rings are filled first, and all are in use. `--events` are sent in `--repeat` rounds.
"""

import time
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from bench.feed import Feed, capacity, fill
from bench.flows import requests
from bench.report import Figure, Options, command
from bench.server import Server, place, running

EVENTS = 400_000


class Round(NamedTuple):
    """One round: events a second, and microseconds of the relay's CPU for each."""

    rate: float
    cpu: float


def rounds(server: Server, source: Iterator[bytes], events: int, repeat: int) -> Iterator[Round]:
    """Send in rounds; making the events is not in the time."""
    feed = Feed(server.address, f"timed-{time.time_ns()}")
    share = events // repeat
    for _ in range(repeat):
        batches = list(requests(source, share, feed.ordinal))
        before = server.cpu()
        seconds = feed.send(batches, share)
        yield Round(share / seconds, (server.cpu() - before) / share * 1e6)
    feed.close()


def run(options: Options) -> list[Figure]:
    """Measure."""
    with place(options.data) as data, running(data, options.size) as server:
        source = fill(server, options.size, options.seed)
        done = list(rounds(server, source, options.events or EVENTS, options.repeat))
        memory, disk = server.memory(), server.disk()
        server.stop()
        kept = capacity(options.size)
        return [
            Figure("into full rings, median", median(r.rate for r in done), "flows/s", "60,000"),
            Figure("into full rings, best", max(r.rate for r in done), "flows/s"),
            Figure("CPU of the relay, median", median(r.cpu for r in done), "µs/flow"),
            Figure("memory of the relay", memory, "MB", "under 300"),
            Figure("disk, with the log", disk / kept, "B/flow"),
            Figure("disk, closed", server.disk() / kept, "B/flow", "at most 220"),
        ]


main = command("ingest", run)
"""The command line."""

if __name__ == "__main__":
    main()
