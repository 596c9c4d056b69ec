"""How late a follower sees a flow: from the moment its batch is sent until it is read and parsed.

`--rate` events a second are offered, in a batch every 10 ms; that wait is in the figures that count
from when a flow happened. The followers are in a process of their own.
"""

import subprocess
import time
from itertools import islice
from statistics import quantiles
from typing import NamedTuple
from urllib.request import urlopen

from bench.feed import Feed, fill
from bench.figure import Figure, Goal, higher, lower
from bench.flows import events, flows_in
from bench.followers import filters, read, started
from bench.pace import Pace
from bench.process import Process
from bench.report import Options, command
from bench.server import Server, free_port, place, running
from proto.filters import predicate
from proto.observer_pb2 import ExportEvent

RATE, SECONDS = 1_000, 5.0
SETTLED = 0.5
"""Seconds that the last flows may be on their way."""

FLOW_TAG = 0x0A
"""First byte of an event that is a flow."""

MEDIAN = Goal(12, 3, "104 ms")
LATEST = Goal(50, peer="105 ms")


class Group(NamedTuple):
    """Followers of one kind."""

    way: str
    followers: int
    filtered: bool
    median: Goal | None = None
    latest: Goal | None = None
    delivered: Goal = Goal(100)


def registered(metrics: str, count: int) -> None:
    """Wait until a relay has so many followers."""
    wanted = f"palomar_followers {count:.1f}"
    while True:
        with urlopen(f"http://{metrics}/metrics") as page:
            if wanted in page.read().decode():
                return
        time.sleep(0.01)


def expected(group: Group, pace: Pace) -> int:
    """Count the flows that a group must get, by the plain meaning of its filters."""
    if not group.filtered:
        return flows_in(pace.count) * group.followers
    made = islice(events(pace.seed, pace.start_ns, pace.step_ns), pace.count)
    parsed = [ExportEvent.FromString(event).flow for event in made if event[0] == FLOW_TAG]
    judges = [predicate(allow, []) for allow in filters(pace.seed, group.followers)]
    return sum(sum(map(judge, parsed)) for judge in judges if judge)


def figures(group: Group, process: Process, pace: Pace) -> list[Figure]:
    """Stop a group of followers, and sum up what they noted."""
    process.stdin.close()
    noted = [pair for client in read(process.stdout) for pair in client]
    process.wait()
    sent = [(came - pace.sent_ns(happened)) / 1e6 for happened, came in noted]
    old = [(came - happened) / 1e6 for happened, came in noted]
    late, since = quantiles(sent, n=100), quantiles(old, n=100)
    share = len(noted) / expected(group, pace) * 100
    way = f"{group.followers} by {group.way}" if group.filtered else group.way
    return [
        higher(f"{way}: delivered", share, "% of flows", group.delivered),
        lower(f"{way}: median", late[49], "ms", group.median),
        lower(f"{way}: 99 %", late[98], "ms", group.latest),
        lower(f"{way}: median since it happened", since[49], "ms"),
        lower(f"{way}: 99 % since it happened", since[98], "ms"),
    ]


def follow(server: Server, metrics: str, groups: list[Group], pace: Pace) -> list[Figure]:
    """Offer flows to groups of followers."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    processes = [
        started(server.address, group.way, group.followers, pace.seed, group.filtered, **pipes)
        for group in groups
    ]
    registered(metrics, sum(group.followers for group in groups))
    feed = Feed(server.address, f"live-{time.time_ns()}", pace.batch)
    before = server.cpu()
    took = feed.send(pace, pace.count)
    used = (server.cpu() - before) / took * 100
    time.sleep(SETTLED)
    feed.close()
    pairs = zip(groups, processes, strict=True)
    shown = [figure for group, process in pairs for figure in figures(group, process, pace)]
    return [*shown, lower("CPU of the relay", used, "%")]


def offered(options: Options, groups: list[Group], rate: int) -> list[Figure]:
    """Run a relay, fill it, and follow; a tenth of the time before does not count."""
    metrics = f"127.0.0.1:{free_port()}"
    given = (f"--metrics={metrics}", "--max-streams=1024")
    seconds = options.seconds or SECONDS
    with place(options.data) as data, running(data, options.size, *given) as server:
        fill(server, options.size, options.seed)
        warm = Pace(rate, seconds / 10, options.seed)
        Feed(server.address, f"warm-{time.time_ns()}", warm.batch).send(warm, warm.count)
        return follow(server, metrics, groups, Pace(rate, seconds, options.seed))


def run(options: Options) -> list[Figure]:
    """Measure two followers of everything."""
    groups = [Group("Reader", 1, False, MEDIAN, LATEST), Group("GetFlows", 1, False)]
    return offered(options, groups, options.rate or RATE)


main = command("follow", run)
"""The command line."""

if __name__ == "__main__":
    main()
