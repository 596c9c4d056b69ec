"""How fast a relay takes flows into rings that are full: agents' protocol, relay process, commit.

All rings are filled first, and all are in use. `--events` are sent in `--repeat` rounds, after one
that does not count, by `--agents` at a time, as plain batches of 256 events.
"""

from collections.abc import Iterator
from typing import NamedTuple

from bench.feed import capacity, fill
from bench.figure import Figure, Goal, higher, lower
from bench.fleet import loads, send
from bench.report import Options, command
from bench.server import Server, place, running

EVENTS = 400_000
MAX_AGENTS = 256
"""Agents that a relay takes unless it is told otherwise."""

RATE = Goal(100_000, 250_000, "keeps 65,535 in memory, loses the rest")
CPU = Goal(10, peer="decoding alone 1.4 to 2.8 µs")
MEMORY = Goal(200, 150, "213 MB for 65,535 flows, 2,350 MB for 1,048,575")
DISK = Goal(180, 120, "keeps nothing")


class Round(NamedTuple):
    """One round: events a second, and microseconds of the relay's CPU for each."""

    rate: float
    cpu: float


def rounds(server: Server, source: Iterator[bytes], options: Options) -> Iterator[Round]:
    """Send in rounds, the first to warm up; making the events is not in the time."""
    share = (options.events or EVENTS) // options.repeat
    for _ in range(options.repeat + 1):
        sent = loads(source, options.agents, share)
        count = sum(events for _, _, events in sent)
        before = server.cpu()
        seconds = send(server.address, sent)
        yield Round(count / seconds, (server.cpu() - before) / count * 1e6)


def run(options: Options) -> list[Figure]:
    """Measure."""
    allowed = f"--max-agents={max(options.agents, MAX_AGENTS)}"
    with place(options.data) as data, running(data, options.size, allowed) as server:
        source = fill(server, options.size, options.seed)
        _, *done = rounds(server, source, options)
        memory, peak, disk = server.memory(), server.peak(), server.disk()
        server.stop()
        kept = capacity(options.size)
        return [
            higher("into full rings", (r.rate for r in done), "flows/s", RATE),
            lower("CPU of the relay", (r.cpu for r in done), "µs/flow", CPU),
            lower("memory of the relay", memory, "MB", MEMORY),
            lower("memory of the relay at most", peak, "MB"),
            lower("disk, with the log", disk / kept, "B/flow"),
            lower("disk, closed", server.disk() / kept, "B/flow", DISK),
        ]


main = command("ingest", run)
"""The command line."""

if __name__ == "__main__":
    main()
