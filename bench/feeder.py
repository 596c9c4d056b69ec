"""An agent in a process of its own that offers flows at a rate, until it has offered them or is
ended: `python -m bench.feeder ADDRESS RATE SECONDS SEED`.
"""

import sys
import time

from bench.feed import Feed
from bench.pace import Pace
from bench.process import Process


def started(address: str, rate: int, seconds: float, seed: int) -> Process:
    """Start the process."""
    given = map(str, (rate, seconds, seed))
    return Process("feeder", [sys.executable, "-m", "bench.feeder", address, *given])


def main(address: str, rate: str, seconds: str, seed: str) -> None:
    """Offer the flows."""
    pace = Pace(int(rate), float(seconds), int(seed))
    Feed(address, f"feeder-{time.time_ns()}", pace.batch).send(pace, pace.count)


if __name__ == "__main__":
    main(*sys.argv[1:])
