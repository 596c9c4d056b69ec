"""What a demo stands on: processes, a relay with a file of its own; leaving it leaves nothing."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

import click

from observe.process import OURS, Process

STOP_SECONDS = 15.0
"""How long a process may take to end before it is killed."""
LISTENING = "listening on "
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends a demo; while it cleans up they are not heard."""


class Stage:
    """Processes, and the directory of their files; leaving it ends them all and removes it."""

    def __init__(self) -> None:
        self.address = ""
        """Address of the relay."""
        self.folder = Path(tempfile.mkdtemp(prefix="palomar-demo-"))
        self.ended: SimpleQueue[Process] = SimpleQueue()
        self._processes: list[Process] = []

    def start_relay(self) -> Path:
        """Start the relay on a free port; give its file."""
        data = self.folder / "palomar.db"
        relay = self.run("relay", "--listen", "localhost:0", "--data", str(data))
        said = relay.first_line()
        if LISTENING not in said:
            raise click.ClickException(f"the relay did not start: {said}")
        relay.watch()
        self.address = said.partition(LISTENING)[2].partition(";")[0].split(",")[0]
        return data

    def run(
        self,
        *words: str,
        shown: bool = False,
        program: tuple[str, ...] = OURS,
        folder: Path | None = None,
    ) -> Process:
        """Start a command of ours, or another program; whoever calls has it watched."""
        process = Process(words, self.ended, shown, program, folder)
        self._processes.append(process)
        return process

    def stop(self, process: Process) -> None:
        """End one process before the others."""
        self._processes.remove(process)
        process.stop(STOP_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the processes, the last first: who watches, who sends, who stores."""
        # Without the relay agents would wait for it to come back.
        whole = all(process.status is None for process in self._processes)
        for process in reversed(self._processes):
            process.stop(STOP_SECONDS if whole else 0)
        shutil.rmtree(self.folder)


@contextmanager
def until_signalled(stage: Stage) -> Iterator[None]:
    """Enter a stage, and leave it at a signal as well as at the end."""
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler)
    with stage, suppress(KeyboardInterrupt):
        try:
            yield
        finally:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)


def called(name: str) -> str:
    """Say how a program of ours is called here: by its name, or by its path beside this one."""
    beside = Path(sys.argv[0]).with_name(name)
    if shutil.which(name) or not beside.is_file():
        return name
    return os.path.relpath(beside)
