"""How soon a relay answers again on full rings, from the start of its process."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.feed import fill, stored
from bench.figure import Figure, Goal, fact, lower
from bench.query import QUERIES, call
from bench.report import Options, command
from bench.server import Server, limits, place, running
from proto.target import Target
from proto.transport import open_channel

ANSWER = Goal(2, 0.5, "starts empty")


class Start(NamedTuple):
    """Seconds from the start: until ready, until a first answer; and megabytes of memory."""

    ready: float
    answered: float
    memory: float


def starts(data: Path, size: float, repeat: int) -> Iterator[Start]:
    """Start a relay on `data` so often."""
    for _ in range(repeat):
        server = Server(data, *limits(size))
        try:
            ready = server.ready()
            with open_channel(Target.parse(server.address)) as channel:
                call(channel, QUERIES[0])
            yield Start(ready, server.age(), server.memory())
        finally:
            server.stop()


def run(options: Options) -> list[Figure]:
    """Measure."""
    with place(options.data) as data:
        with running(data, options.size) as server:
            fill(server, options.size, options.seed)
            count = stored(server)
        done = list(starts(data, options.size, options.repeat))
        return [
            fact("flows stored", count, "flows"),
            lower("ready after a start", (s.ready for s in done), "s"),
            lower("first answer after a start", (s.answered for s in done), "s", ANSWER),
            lower("memory after a start", (s.memory for s in done), "MB"),
        ]


main = command("restart", run)
"""The command line."""

if __name__ == "__main__":
    main()
