"""What agents cost: CPU of the agent's process for each event, from source to acknowledgement.

`file` reads JSON lines, `hubble` subscribes to another relay, `demo` plays as fast as it can.
"""

import os
import signal
import subprocess
import tempfile
import time
from itertools import islice
from pathlib import Path

from bench.flows import events
from bench.report import Figure, Options, command
from bench.server import Server, palomar, running
from proto.client import Client
from proto.jsonlines import to_json
from proto.observer_pb2 import ExportEvent

EVENTS = 100_000
DEMO_RATE = 100_000
DEMO_SECONDS = 2
SIZE = 0.3
"""Share of the usual rings: what they drop costs the agent nothing."""


class Agent:
    """An agent in a process of its own."""

    def __init__(self, *argv: str) -> None:
        self._began = time.perf_counter()
        self._process = subprocess.Popen([palomar(), "agent", *argv], stderr=subprocess.DEVNULL)

    def figures(self, name: str, count: int, stop: bool = False) -> list[Figure]:
        """Wait for its end, or `stop` it; give what each of `count` events cost."""
        took = time.perf_counter() - self._began
        if stop:
            self._process.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(self._process.pid, 0)
        if status:
            raise SystemExit(f"the agent ended with status {status}")
        if not stop:
            took = time.perf_counter() - self._began
        cpu = usage.ru_utime + usage.ru_stime
        return [
            Figure(f"agent {name}, CPU an event", cpu / count * 1e6, "µs"),
            Figure(f"agent {name}, events a second", count / took, "/s"),
        ]


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
            figures = Agent("file", str(lines), "--relay", first.address).figures("file", count)
            flows = seen(first)
            agent = Agent("hubble", first.address, "--relay", second.address)
            wait_for(second, flows)
            figures += agent.figures("hubble", flows, stop=True)
            given = (f"--rate={DEMO_RATE}", f"--duration={DEMO_SECONDS}", "--node=node-1")
            demo = Agent("demo", *given, "--relay", first.address)
            return figures + demo.figures("demo", DEMO_RATE * DEMO_SECONDS)


main = command("agents", run)
"""The command line."""

if __name__ == "__main__":
    main()
