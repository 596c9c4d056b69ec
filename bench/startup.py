"""How long the commands take as a person waits for them: the whole process, on a small relay."""

import subprocess
import sys

from bench.feed import fill
from bench.figure import Figure, Goal, lower
from bench.process import Process
from bench.report import Options, command
from bench.server import observe, palomar, place, running

RUNS = 15
SIZE = 0.05
"""Share of the usual rings: an answer of 20 flows does not depend on it."""

HELP = Goal(60, 30, "22 ms")
ONE_SHOT = Goal(130, 80, "35 ms")


def milliseconds(argv: list[str], runs: int) -> list[float]:
    """Run a command so often, once more before to warm up."""
    once = (Process(" ".join(argv[:1]), argv, stdout=subprocess.DEVNULL) for _ in range(runs + 1))
    _, *took = [process.wait().seconds * 1e3 for process in once]
    return took


def run(options: Options) -> list[Figure]:
    """Measure."""
    runs = max(options.repeat, RUNS)
    size = min(options.size, SIZE)
    with place(None) as data, running(data, size) as server:
        fill(server, size, options.seed)
        at = ["--server", server.address]
        last = [observe(), "--last=20", *at]
        return [
            lower("python -c pass", milliseconds([sys.executable, "-c", "pass"], runs), "ms"),
            lower("observe --help", milliseconds([observe(), "--help"], runs), "ms", HELP),
            lower("observe --last 20", milliseconds(last, runs), "ms", ONE_SHOT),
            lower("palomar status", milliseconds([palomar(), "status", *at], runs), "ms"),
        ]


main = command("startup", run)
"""The command line."""

if __name__ == "__main__":
    main()
