"""A process that prints batches as the server sent them, and gives the text back."""

import os
import signal
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection

from observe.errors import ObserveError
from observe.show import Printed, Show
from observe.streams import Held, Sink
from proto.reader_pb2 import ReadResponse

STDOUT = 1

Make = Callable[[Sink, Sink], Show]
"""Makes what prints to a standard output and a standard error."""


class Worker:
    """A copy of this process that prints what comes through a pipe, until the pipe is closed.

    So it ends when this process does, however that ends. `others` are our ends of the pipes of
    other workers, which it must not keep open.
    """

    def __init__(self, make: Make, others: Sequence[Connection]) -> None:
        fork = get_context("fork")
        self.pipe, theirs = fork.Pipe()
        self.process = fork.Process(
            target=_work, args=(theirs, [*others, self.pipe], make), daemon=True
        )
        self.process.start()
        theirs.close()

    def give(self, batch: bytes) -> None:
        """Have a serialized ReadResponse printed. Raise ObserveError if the process is gone."""
        try:
            self.pipe.send_bytes(batch)
        except OSError as error:
            raise self._gone() from error

    def take(self) -> Printed:
        """Wait for what was made of it. Raise ObserveError if the process is gone."""
        try:
            printed: Printed = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise self._gone() from error
        return printed

    def end(self) -> None:
        """Have it end when it has made what was asked of it, and wait for that."""
        self.pipe.close()
        self.process.join()

    def _gone(self) -> ObserveError:
        self.process.join()
        return ObserveError(f"a process that prints ended with status {self.process.exitcode}")


def _work(pipe: Connection, inherited: Iterable[Connection], make: Make) -> None:
    """Print what comes until there is no more. Ctrl-C is for the command, which then ends us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), STDOUT)  # or whoever reads it would wait for our end
    for each in inherited:
        each.close()
    out, err = Held(), Held()
    show = make(out, err)
    with suppress(EOFError, ConnectionError):
        while True:
            batch = ReadResponse.FromString(pipe.recv_bytes())
            before = show.shown
            show.print(batch.responses)
            del batch.responses[:]
            shown, rest = show.shown - before, batch.SerializeToString()
            pipe.send(Printed(out.take(), err.take(), shown, show.missing, show.failed, rest))
