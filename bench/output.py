"""What printing costs: the whole command, which reads 65,535 flows of a relay and writes a file,
once for each format.
"""

import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.feed import fill, stored
from bench.figure import Figure, Goal, lower
from bench.process import Process
from bench.report import Options, command
from bench.server import Server, observe, place, running
from observe.printers import OUTPUTS

FLOWS = 65_535
RUNS = 3

GOALS = {
    "jsonpb": Goal(1.4, 0.8, "1.69 s, CPU 1.93 s and 0.37 s of the server"),
    "compact": Goal(0.55, 0.35, "0.64 s"),
}
SAME = {"tab": "table"}
"""Names for what has another name too."""


class Export(NamedTuple):
    """One command: its seconds, and the CPU seconds of it and of the relay."""

    seconds: float
    cpu: float
    relay: float


def export(server: Server, output: str, flows: int, target: Path) -> Export:
    """Write so many flows to a file."""
    before = server.cpu()
    argv = [observe(), f"--last={flows}", "--output", output, "--server", server.address]
    with target.open("wb") as file:
        used = Process(f"observe -o {output}", argv, stdout=file, stderr=subprocess.DEVNULL).wait()
    return Export(used.seconds, used.cpu, server.cpu() - before)


def figures(server: Server, output: str, options: Options, target: Path) -> Iterator[Figure]:
    """Measure one format."""
    flows = min(options.events or FLOWS, stored(server))
    once = partial(export, server, output, flows, target)
    once()
    done = [once() for _ in range(min(options.repeat, RUNS))]
    goal = GOALS.get(output)
    yield lower(f"{output}, whole command", (e.seconds for e in done), "s", goal)
    yield lower(f"{output}: CPU of the command", (e.cpu / flows * 1e6 for e in done), "µs/flow")
    yield lower(f"{output}: CPU of the relay", (e.relay / flows * 1e6 for e in done), "µs/flow")


def run(options: Options) -> list[Figure]:
    """Measure."""
    with place(options.data) as data, running(data, options.size) as server:
        fill(server, options.size, options.seed)
        target = data.with_suffix(".out")
        shown = [output for output in OUTPUTS if output not in SAME]
        done = [f for output in shown for f in figures(server, output, options, target)]
        target.unlink()
        return done


main = command("output", run)
"""The command line."""

if __name__ == "__main__":
    main()
