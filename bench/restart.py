"""How soon a relay answers again on full rings, from the start of its process."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.feed import fill, stored
from bench.query import by_reader, last
from bench.report import Figure, Options, command
from bench.server import Server, limits, place, running
from proto.target import Target
from proto.transport import open_channel


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
            ready = server.wait()
            with open_channel(Target.parse(server.address)) as channel:
                for _ in by_reader(channel, last()):
                    pass
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
            Figure("flows stored", count, "flows"),
            Figure("ready after a start, median", median(s.ready for s in done), "s", "2"),
            Figure("first 20 flows, median", median(s.answered for s in done), "s"),
            Figure("memory after a start", median(s.memory for s in done), "MB"),
        ]


main = command("restart", run)
"""The command line."""

if __name__ == "__main__":
    main()
