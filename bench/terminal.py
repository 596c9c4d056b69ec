"""A command in a real terminal, without a screen: keys go in, and what it draws is looked at."""

import fcntl
import os
import pty
import re
import select
import struct
import tempfile
import termios
import time
from types import TracebackType
from typing import Self

from bench.process import Process, Used

ROWS, COLUMNS = 50, 160
PIECE = 1 << 16
KEPT = 1 << 16
"""Bytes of what was drawn that are looked at again, in case that a pattern is in two pieces."""


class Terminal:
    """A running command that remembers nothing of the times before."""

    def __init__(self, name: str, argv: list[str]) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="palomar-bench-")
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        home = self._home.name
        named = {"TERM": "xterm-256color", "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home}
        self.process = Process(
            name,
            argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env=os.environ | named,
        )
        os.close(slave)
        self._drawn = b""

    def press(self, keys: str) -> None:
        """Press keys; what was drawn before does not count any more."""
        self.watch(0)
        self._drawn = b""
        os.write(self._master, keys.encode())

    def wait_for(self, pattern: bytes, seconds: float = 10.0) -> float:
        """Wait until something is drawn; give the milliseconds. TimeoutError if it never is."""
        began = time.perf_counter()
        wanted = re.compile(pattern)
        while not wanted.search(self._drawn):
            left = seconds - (time.perf_counter() - began)
            if left <= 0 or not self._read(left):
                raise TimeoutError(f"{self.process.name} did not draw {pattern!r}")
        return (time.perf_counter() - began) * 1e3

    def watch(self, seconds: float) -> bytes:
        """Let it draw for a while; give the last of what it drew."""
        until = time.perf_counter() + seconds
        while self._read(max(0, until - time.perf_counter())):
            pass
        return self._drawn

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if ready:
            self._drawn = self._drawn[-KEPT:] + os.read(self._master, PIECE)
        return bool(ready)

    def end(self) -> Used:
        """End the command."""
        used = self.process.stop()
        os.close(self._master)
        self._home.cleanup()
        return used

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
