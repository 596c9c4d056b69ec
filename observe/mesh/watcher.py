"""Who watches: `observe --from-pod ... --follow`, as in a second terminal."""

import os
import subprocess
import sys
import threading
from queue import Empty, SimpleQueue

import click

from observe.process import OURS

POD = "cilium-test/client2-6dd75b74c6-68h7d"
WORDS = ("--from-pod", POD, "--print-identities=false")
"""What is watched, in lines without identities, as the document has them that this is from."""

LIVE = (*WORDS, "--follow", "--since", "1m")
"""What a second terminal would be given: also what came while it was starting is shown."""

FIRST_SECONDS, QUIET_SECONDS = 10.0, 0.7
"""How long the first line of a step may take, and when no more are to be expected."""


class Watcher:
    """Shows the flows of one pod as `observe` prints them, whenever it is told to."""

    def __init__(self, address: str) -> None:
        self._process = subprocess.Popen(
            [*OURS, "observe", *LIVE, "--server", address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            text=True,
            start_new_session=True,
        )
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def show(self) -> int:
        """Print what comes until nothing comes any more; give how many lines came."""
        count, patience = 0, FIRST_SECONDS
        while line := self._next(patience):
            click.echo(line, nl=False)
            sys.stdout.flush()
            count, patience = count + 1, QUIET_SECONDS
        return count

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()
        self._reader.join()

    def _next(self, seconds: float) -> str:
        try:
            return self._lines.get(timeout=seconds)
        except Empty:
            return ""

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line)
