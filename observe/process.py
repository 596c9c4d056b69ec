"""A command in a process of its own, which ends when it is told to."""

import subprocess
import sys
import threading
from pathlib import Path
from queue import SimpleQueue

OURS = (sys.executable, "-m", "palomar")


class Process:
    """The process of `palomar WORDS`, or of another `program`; `ended` is told when it ends, of
    itself or not.

    Its standard output is dropped unless it is to be `shown`. It runs in `folder`, by default here.
    """

    def __init__(
        self,
        words: tuple[str, ...],
        ended: "SimpleQueue[Process]",
        shown: bool,
        program: tuple[str, ...] = OURS,
        folder: Path | None = None,
    ) -> None:
        self.name = words[0]
        self.said = ""
        """What it said last."""
        # In a session of its own it does not get the Ctrl-C that is meant for the demo.
        self._process = subprocess.Popen(
            [*program, *words],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=None if shown else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._ended = ended
        self._reader = threading.Thread(target=self._read, daemon=True)

    @property
    def status(self) -> int | None:
        """Its exit status, None while it runs."""
        return self._process.poll()

    def first_line(self) -> str:
        """Wait for the first line that it says, empty if it ends without a word."""
        assert self._process.stderr
        self.said = self._process.stderr.readline().strip()
        return self.said

    def line_with(self, text: str) -> str:
        """Wait for a line with a text, empty if it ends without one; then `said` is the last."""
        assert self._process.stderr
        for line in self._process.stderr:
            self.said = line.strip() or self.said
            if text in line:
                return self.said
        return ""

    def watch(self) -> None:
        """Begin to read what it says, and to wait for its end."""
        self._reader.start()

    def stop(self, patience: float) -> None:
        """Ask it to end, and kill it if it has not after so many seconds."""
        self._process.terminate()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
        if self._reader.is_alive():
            self._reader.join()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stderr
        with self._process.stderr as lines:
            for line in lines:
                self.said = line.strip() or self.said
        self._process.wait()
        self._ended.put(self)
