"""What a query that looks at every stored flow does to ingest: at `--rate` flows a second (50,000),
and as fast as it goes, each with no query, with one that finds nothing, with one that reads all, in
batches or one a message.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.feed import Feed, fill
from bench.figure import Figure, Goal, higher, lower
from bench.fleet import loads, send
from bench.flows import events, flows_in
from bench.pace import Pace
from bench.process import Process
from bench.report import Options, command
from bench.server import Server, place, running
from proto.client import Client

RATE, SECONDS = 50_000, 4.0
BURST = 200_000
"""Events of the measurement as fast as it goes."""

SLOWED = Goal(20, 5, "loses flows")
MISSING = Goal(0, peer="loses flows")
KINDS = {
    "uuid": "a query that finds nothing",
    "all": "one that reads all",
    "singly": "one that reads all, many a frame",
}


@contextmanager
def scanning(server: Server, name: str, passes: list[int]) -> Iterator[None]:
    """Scan meanwhile; add how often it went through."""
    address = server.hubble if name == "singly" else server.address
    argv = [sys.executable, "-m", "bench.scanner", address, name]
    process = Process("scanner", argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    time.sleep(0.5)
    yield
    process.stdin.close()
    passes.append(int(process.stdout.read()))
    process.wait()


def seen(server: Server) -> int:
    """Ask how many flows a relay has taken, ever."""
    with Client(server.address) as client:
        return client.status().seen_flows


def paced(server: Server, options: Options) -> float:
    """Offer flows at a rate; give the rate at which they were committed."""
    pace = Pace(options.rate or RATE, options.seconds or SECONDS, options.seed)
    feed = Feed(server.address, f"scan-{time.time_ns()}", pace.batch)
    feed.send(pace, pace.count)
    took = (time.time_ns() - pace.start_ns) / 1e9
    feed.close()
    return pace.count / took


def burst(server: Server, options: Options) -> float:
    """Send as fast as it goes; give the rate."""
    source = events(options.seed, time.time_ns())
    sent = loads(source, options.agents, options.events or BURST)
    return sum(count for _, _, count in sent) / send(server.address, sent)


def measured(server: Server, options: Options) -> Iterator[Figure]:
    """Measure with and without a query."""
    alone, free = paced(server, options), burst(server, options)
    yield higher("ingest at its pace", alone, "flows/s", Goal((options.rate or RATE) * 0.98))
    yield higher("ingest as fast as it goes", free, "flows/s")
    for name, said in KINDS.items():
        passes: list[int] = []
        with scanning(server, name, passes):
            held = paced(server, options)
        with scanning(server, name, passes):
            full = burst(server, options)
        yield lower(f"slowed by {said}, at its pace", (1 - held / alone) * 100, "%", SLOWED)
        yield lower(f"slowed by {said}, as fast as it goes", (1 - full / free) * 100, "%")
        yield higher(f"{said}: times through", sum(passes), "times")


def run(options: Options) -> list[Figure]:
    """Measure."""
    with place(options.data) as data, running(data, options.size) as server:
        fill(server, options.size, options.seed)
        first = seen(server)
        figures = list(measured(server, options))
        held = round((options.rate or RATE) * (options.seconds or SECONDS))
        sent = (1 + len(KINDS)) * (flows_in(held) + flows_in(options.events or BURST))
        missing = sent - (seen(server) - first)
        return [*figures, lower("flows missing", missing, "flows", MISSING)]


main = command("scan", run)
"""The command line."""

if __name__ == "__main__":
    main()
