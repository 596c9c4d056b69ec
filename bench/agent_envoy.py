"""What an agent for Envoys takes: each entry on its own, and a real Envoy at a rate.

The second part needs Envoy, as `palomar demo --mesh` does. `--rate` requests a second go through it
for some seconds, and each must be in the relay.
"""

import asyncio
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from agent.sources.envoy.directory import Directory
from agent.sources.envoy.entries import Message, Teller
from bench.envoy_load import Load, config
from bench.figure import Figure, Goal, fact, higher, lower
from bench.process import Process
from bench.report import Options, command
from bench.server import Server, free_port, palomar, place, running
from observe.mesh.envoy import find
from observe.mesh.place import CONFIG
from proto.accesslog_pb2 import StreamAccessLogsMessage
from proto.client import Client

DATA = Path(__file__).parent.parent / "tests" / "data" / "envoy" / "capture-buffered.raw"
"""A message of a real Envoy with nine requests."""

RATE, SECONDS = 5_000, 5.0
EVENTS = 5
"""Flows of a request that a backend answered, over connections that are seldom new: one fewer."""


def told(repeat: int) -> list[Figure]:
    """Time the telling of real entries, in this process."""
    content = DATA.read_bytes()
    message = StreamAccessLogsMessage.FromString(content[4 : 4 + int.from_bytes(content[:4])])
    message.ClearField("identifier")
    raw, entries = message.SerializeToString(), len(message.http_logs.log_entry)
    teller = Teller(Directory(CONFIG / "endpoints.toml"))

    def once() -> float:
        began = time.perf_counter()
        for _ in range(200):
            for _ in teller.events(Message(b"node-1", raw)):
                pass
        return (time.perf_counter() - began) / (200 * entries) * 1e6

    once()
    return [lower("an HTTP entry told", (once() for _ in range(repeat)), "µs")]


@contextmanager
def agent(relay: str) -> Iterator[tuple[str, Process]]:
    """Run an agent; give where it listens, and its process."""
    argv = [palomar(), "agent", "envoy", "--listen", "127.0.0.1:0", "--relay", relay]
    process = Process("agent envoy", argv, stderr=subprocess.PIPE)
    line = process.stderr.readline().decode()
    try:
        yield line.partition("listening on ")[2].partition(" ")[0], process
    finally:
        process.stop()


@contextmanager
def proxy(binary: Path, als: str) -> Iterator[tuple[int, Callable[[str], int]]]:
    """Run an Envoy; give its port, and what reads one of its counters."""
    port, backend, admin = free_port(), free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="palomar-bench-") as folder:
        path = Path(folder) / "envoy.json"
        path.write_text(json.dumps(config(als, port, backend, admin)))
        fixed = ("--concurrency", "1", "--disable-hot-restart", "-l", "info")
        argv = [str(binary), "-c", str(path), *fixed]
        process = Process("envoy", argv, stderr=subprocess.PIPE)
        try:
            next(line for line in process.stderr if b"starting main dispatch loop" in line)
            yield port, lambda name: counter(admin, name)
        finally:
            process.stop()


def counter(admin: int, name: str) -> int:
    """Read a counter of an Envoy."""
    with urlopen(f"http://127.0.0.1:{admin}/stats?filter={name}$") as answer:
        text = answer.read().decode()
    return sum(int(line.rpartition(": ")[2]) for line in text.splitlines())


def flows(server: Server) -> int:
    """Count the flows that a relay has seen."""
    with Client(server.address) as client:
        return int(client.status().seen_flows)


def settled(server: Server) -> int:
    """Wait until a relay gets no more flows; give how many it has seen."""
    seen = -1
    while (count := flows(server)) != seen:
        seen = count
        time.sleep(1.5)  # Envoy's buffer waits for a second
    return seen


def loaded(binary: Path, rate: int, data: Path) -> list[Figure]:
    """Put a real Envoy under load, and count what arrives."""
    with running(data) as server, agent(server.address) as (als, process):
        with proxy(binary, als) as (port, read):
            before = process.cpu()
            load = Load(port, rate, SECONDS)
            asyncio.run(load.run())
            seen = settled(server)
            used = process.cpu() - before
            written, dropped = (
                read(f"grpc_access_log.logs_{what}") for what in ("written", "dropped")
            )
        expected = load.done * (EVENTS - 1) + load.connections
        return [
            higher("through Envoy", load.done / load.seconds, "requests/s", Goal(rate * 0.99)),
            fact("entries that Envoy wrote", written, "entries"),
            lower("entries that Envoy dropped", dropped, "entries", Goal(0)),
            lower("flows missing at the relay", expected - seen, "flows", Goal(0)),
            lower("CPU of the agent", used / load.done * 1e6, "µs/entry"),
            lower("memory of the agent", process.memory(), "MB"),
        ]


def run(options: Options) -> list[Figure]:
    """Measure."""
    figures = told(options.repeat)
    if binary := find():
        with place(options.data) as data:
            figures += loaded(binary, options.rate or RATE, data)
    return figures


main = command("agent-envoy", run)
"""The command line."""

if __name__ == "__main__":
    main()
