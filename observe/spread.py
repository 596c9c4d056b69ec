"""Printing on several cores.

Of a command that prints much, nearly all the time goes into making text, which one interpreter does
on one core. Batches are given to whichever worker is idle, and what is made of them is shown in the
order in which they came.
"""

import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait

from grpc import RpcError

from observe.show import Printed, Show
from observe.worker import Make, Worker
from proto.client import Through
from proto.reader_pb2 import ReadResponse

MOST = 4
"""Workers at most: more would print more than a relay sends."""

AHEAD = 4
"""Batches for each worker that are printed at most before one that came earlier is."""

Slot = list[Printed]
"""Where what is made of a batch will be."""


@contextmanager
def spread(show: Show, make: Make) -> Iterator[Through | None]:
    """Give what batches go through to be printed by workers, and shown by `show`.

    Begin it before a channel is opened, since channels have threads. None where no workers are
    useful.
    """
    workers: list[Worker] = []
    for _ in range(useful()):
        workers.append(Worker(make, [worker.pipe for worker in workers]))

    def through(batches: Iterable[bytes]) -> Iterator[ReadResponse]:
        for printed in ordered(workers, batches):
            show.take(printed)
            yield ReadResponse.FromString(printed.rest)

    try:
        yield through if workers else None
    finally:
        for worker in workers:
            worker.end()


def useful() -> int:
    """Tell how many workers are useful here: one for each core, none if there is but one.

    Copying a process is safe while it has a single thread, and on Linux.
    """
    if sys.platform != "linux" or len(os.listdir("/proc/self/task")) > 1:
        return 0
    cores = len(os.sched_getaffinity(0))
    return min(cores, MOST) if cores > 1 else 0


def ordered(workers: Sequence[Worker], batches: Iterable[bytes]) -> Iterator[Printed]:
    """Have batches printed; if the server fails, all that came before comes before that."""
    queue = Queue(workers)
    try:
        for batch in batches:
            yield from queue.put(batch)
    except RpcError:
        yield from queue.rest()
        raise
    yield from queue.rest()


class Queue:
    """Batches that are being printed, in the order in which they came."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self._idle = list(workers)
        self._busy: dict[Connection, tuple[Worker, Slot]] = {}
        self._slots: deque[Slot] = deque()
        self._room = AHEAD * len(workers)

    def put(self, batch: bytes) -> Iterator[Printed]:
        """Have a batch printed, once a worker is idle; give what is ready by then."""
        while not self._idle or len(self._slots) >= self._room:
            yield from self._next()
        worker, slot = self._idle.pop(), Slot()
        worker.give(batch)
        self._slots.append(slot)
        self._busy[worker.pipe] = worker, slot

    def rest(self) -> Iterator[Printed]:
        """Wait for all."""
        while self._busy:
            yield from self._next()

    def _next(self) -> Iterator[Printed]:
        """Wait for a worker; give what is ready then."""
        for pipe in wait(self._busy):
            worker, slot = self._busy.pop(pipe)  # type: ignore[call-overload]
            slot.append(worker.take())
            self._idle.append(worker)
        while self._slots and self._slots[0]:
            yield self._slots.popleft()[0]
