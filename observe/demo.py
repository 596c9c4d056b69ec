"""`palomar demo`: a relay on a file of its own, two agents that make flows, and what they make.

Everything runs in processes of its own and is stopped again; the file is removed. This module knows
the others only by their command lines.
"""

import os
import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

import click

from observe.connection import Duration
from observe.process import Process
from observe.streams import hang_up, is_terminal

NODES = ("node-1", "node-2")
UNWATCHED_SECONDS = 30.0
"""How long the demo takes where nobody is watching."""
STOP_SECONDS = 15.0
"""How long a process may take to end before it is killed."""
LISTENING = "listening on "
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends the demo; while it cleans up they are not heard."""


class Demo:
    """The processes of a demo, and the directory of the relay's file; leaving it ends them all."""

    def __init__(self) -> None:
        self.address = ""
        self.ended: SimpleQueue[Process] = SimpleQueue()
        self._processes: list[Process] = []
        self._folder = Path(tempfile.mkdtemp(prefix="palomar-demo-"))

    def start(self, rate: float, seed: int) -> None:
        """Start the relay on a free port, the agents, and the one who watches."""
        data = str(self._folder / "palomar.db")
        relay = self._run("relay", "--listen", "localhost:0", "--data", data)
        said = relay.first_line()
        if LISTENING not in said:
            raise click.ClickException(f"the relay did not start: {said}")
        relay.watch()
        self.address = said.partition(LISTENING)[2].partition(";")[0].split(",")[0]
        click.echo(f"The relay listens on {self.address}, its file is {data}")
        look = f"{_called('observe')} --follow --verdict DROPPED --server {self.address}"
        click.echo(f"In a second terminal: {look}")
        for node in NODES:
            given = ("--node", node, "--rate", str(rate), "--seed", str(seed))
            self._run("agent", "demo", "--relay", self.address, *given).watch()
        self._run("observe", "--follow", "--server", self.address, shown=True).watch()

    def _run(self, *words: str, shown: bool = False) -> Process:
        process = Process(words, self.ended, shown)
        self._processes.append(process)
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the processes, the last first: who watches, who sends, who stores."""
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        # Without the relay agents would wait for it to come back.
        whole = all(process.status is None for process in self._processes)
        for process in reversed(self._processes):
            process.stop(STOP_SECONDS if whole else 0)
        shutil.rmtree(self._folder)


def _called(name: str) -> str:
    """Say how a program of ours is called here: by its name, or by its path beside this one."""
    beside = Path(sys.argv[0]).with_name(name)
    if shutil.which(name) or not beside.is_file():
        return name
    return os.path.relpath(beside)


def _until_ended(demo: Demo, seconds: float | None) -> None:
    """Wait for Ctrl-C, for the time to pass, or for one of the processes to end too early."""
    try:
        ended = demo.ended.get(timeout=seconds)
    except Empty:
        return
    # Who watches ends by itself when nobody reads the output any more.
    if ended.status or ended.name != "observe":
        raise click.ClickException(f"palomar {ended.name} ended early: {ended.said}")


@click.command("demo", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    default=5.0,
    show_default=True,
    help="Flows a second of each node.",
)
@click.option("--seed", default=1, show_default=True, help="Decides what happens.")
@click.option(
    "--duration",
    type=Duration(),
    help="Stop after so long, such as 5m.  [default: 30s where no terminal is, else at Ctrl-C]",
)
def main(rate: float, seed: int, duration: float | None) -> None:
    """Start a relay and two agents with made-up flows, and show the flows as they come.

    Ctrl-C stops it all. The relay's file is a temporary one, which is removed.
    """
    seconds = duration or (None if is_terminal() else UNWATCHED_SECONDS)
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler)
    try:
        with Demo() as demo, suppress(KeyboardInterrupt):
            demo.start(rate, seed)
            _until_ended(demo, seconds)
        palomar = _called("palomar")
        click.echo(
            f"\nWhat to try next, to keep flows: {palomar} relay; "
            f"{palomar} agent file FLOWS.jsonl; {_called('observe')} --last 20"
        )
    except BrokenPipeError:
        hang_up()
