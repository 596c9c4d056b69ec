"""How long the commands take as a person waits for them: the whole process, on a small relay."""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from bench.feed import fill
from bench.report import Figure, Options, command
from bench.server import palomar, place, running

RUNS = 15
SIZE = 0.05
"""Share of the usual rings: an answer of 20 flows does not depend on it."""


def milliseconds(argv: list[str], runs: int) -> float:
    """Run a command so often; give the median."""
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run(argv, stdout=subprocess.DEVNULL, check=True)
        took.append(time.perf_counter() - began)
    return median(took) * 1e3


def run(options: Options) -> list[Figure]:
    """Measure."""
    runs = options.events or RUNS
    observe = str(Path(palomar()).with_name("observe"))
    with place(options.data) as data, running(data, min(options.size, SIZE)) as server:
        fill(server, min(options.size, SIZE), options.seed)
        at = ["--server", server.address]
        return [
            Figure("python -c pass", milliseconds([sys.executable, "-c", "pass"], runs), "ms"),
            Figure("observe --help", milliseconds([observe, "--help"], runs), "ms", "80"),
            Figure(
                "observe --last 20", milliseconds([observe, "--last=20", *at], runs), "ms", "160"
            ),
            Figure("palomar status", milliseconds([palomar(), "status", *at], runs), "ms"),
        ]


main = command("startup", run)
"""The command line."""

if __name__ == "__main__":
    main()
