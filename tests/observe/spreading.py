"""Printing by workers, in a process that has no other threads: `python -m tests.observe.spreading
CASE` prints what came of it.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import grpc

from observe.errors import ObserveError
from observe.printers.compact import CompactPrinter
from observe.printers.style import Style
from observe.show import Show
from observe.spread import ordered, spread, useful
from observe.streams import Sink, errors, output
from observe.worker import Worker
from proto.client import parsed
from proto.observer_pb2 import GetFlowsResponse
from proto.reader_pb2 import Coverage, ReadResponse
from tests.factories import flow, lost
from tests.hard_events import NODES


class Slow(CompactPrinter):
    """Prints uuids; some take longer than others."""

    def flow(self, response: Any) -> str:
        time.sleep(0.1 if response.flow.uuid == "0" else 0)
        return f"{response.flow.uuid} of {os.getpid()}\n"


def make(out: Sink, err: Sink) -> Show:
    return Show("flow", Slow(Style()), out, err)


def workers(count: int) -> list[Worker]:
    made: list[Worker] = []
    for _ in range(count):
        made.append(Worker(make, [worker.pipe for worker in made]))
    return made


def batches(count: int) -> Iterator[bytes]:
    """Give batches of a flow each, and a last one that says what was looked at."""
    for number in range(count):
        yield ReadResponse(
            responses=[GetFlowsResponse(flow=flow(uuid=str(number)))]
        ).SerializeToString()
    yield ReadResponse(coverage=Coverage(stored=count)).SerializeToString()


def show(batches: Iterable[bytes]) -> None:
    """Print by two workers."""
    for printed in ordered(workers(2), batches):
        sys.stdout.write(printed.out.decode())


def order() -> None:
    """Print batches of which the first takes longest."""
    show(batches(20))
    print("own", os.getpid())


def failure() -> None:
    """Print what a server sends that fails then."""

    def failing() -> Iterator[bytes]:
        yield from batches(3)
        raise grpc.RpcError

    try:
        show(failing())
    except grpc.RpcError:
        print("failed")


def killed() -> None:
    """Lose a worker."""
    made = workers(2)
    os.kill(made[0].process.pid or 0, signal.SIGKILL)
    made[0].process.join()
    try:
        list(ordered(made, batches(20)))
    except ObserveError as error:
        print(error)


def counts() -> None:
    """Print losses and states of nodes beside flows, and say what is known then."""
    shown = make(output(eager=True), errors(silent=False))
    answers = [NODES[1], lost(), GetFlowsResponse(flow=flow(uuid="1"))]
    batch = ReadResponse(coverage=Coverage(stored=7))
    batch.responses.extend(
        GetFlowsResponse.FromString(answer.SerializeToString()) for answer in answers
    )
    with spread(shown, make) as through:
        for rest in (through or parsed)([batch.SerializeToString()]):
            shown.print(rest.responses)
            print("stored", rest.coverage.stored, len(rest.responses) if useful() else 0)
    print("shown", shown.shown, "missing", len(shown.missing), shown.failed)


def cores() -> None:
    """Say how many workers there would be on one core."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print(useful())


CASES: dict[str, Callable[[], None]] = {
    each.__name__: each for each in (order, failure, killed, counts, cores)
}

if __name__ == "__main__":
    CASES[sys.argv[1]]()
