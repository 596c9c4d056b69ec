"""What agents cost: CPU of the agent's process for each event, from source to acknowledgement.

`file` reads JSON lines, `hubble` subscribes to another relay, `demo` plays as fast as it can.
"""

import subprocess
import tempfile
import time
from itertools import islice
from pathlib import Path

from bench.figure import Figure, higher, lower
from bench.flows import events
from bench.process import Process
from bench.report import Options, command
from bench.server import Server, palomar, running
from proto.client import Client
from proto.jsonlines import to_json
from proto.observer_pb2 import ExportEvent

EVENTS = 100_000
DEMO_RATE = 100_000
DEMO_SECONDS = 2
SIZE = 0.3
"""Share of the usual rings: what they drop costs the agent nothing."""


def cost(agent: Process, name: str, count: int, seconds: float = 0.0) -> list[Figure]:
    """Wait for the end of an agent, or stop it where `seconds` says how long it took; give what
    each of `count` events cost.
    """
    used = agent.stop() if seconds else agent.wait()
    return [
        lower(f"agent {name}: CPU", used.cpu / count * 1e6, "µs/event"),
        higher(f"agent {name}: from source to commit", count / (seconds or used.seconds), "/s"),
    ]


def started(name: str, *argv: str) -> Process:
    """Start an agent."""
    return Process(f"agent {name}", [palomar(), "agent", name, *argv], stderr=subprocess.DEVNULL)


def seen(server: Server) -> int:
    """Ask how many events a relay has stored, ever."""
    with Client(server.address) as client:
        return client.status().seen_flows


def wait_for(server: Server, count: int) -> None:
    """Wait until a relay has stored `count` events."""
    while seen(server) < count:
        time.sleep(0.02)


def write_lines(path: Path, options: Options) -> int:
    """Write events as JSON lines; give how many."""
    count = options.events or EVENTS
    with path.open("wb") as file:
        for event in islice(events(options.seed, time.time_ns()), count):
            file.write(to_json(ExportEvent.FromString(event)) + b"\n")
    return count


def run(options: Options) -> list[Figure]:
    """Measure."""
    with tempfile.TemporaryDirectory(prefix="palomar-bench-") as scratch:
        place = Path(scratch)
        lines = place / "flows.jsonl"
        count = write_lines(lines, options)
        with running(place / "a.db", SIZE) as first, running(place / "b.db", SIZE) as second:
            figures = cost(started("file", str(lines), "--relay", first.address), "file", count)
            flows = seen(first)
            hubble = started("hubble", first.address, "--relay", second.address)
            wait_for(second, flows)
            figures += cost(hubble, "hubble", flows, hubble.age())
            given = (f"--rate={DEMO_RATE}", f"--duration={DEMO_SECONDS}", "--node=node-1")
            demo = started("demo", *given, "--relay", first.address)
            return figures + cost(demo, "demo", DEMO_RATE * DEMO_SECONDS)


main = command("agents", run)
"""The command line."""

if __name__ == "__main__":
    main()
