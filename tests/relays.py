"""Real relays for tests: in this process, or in one of their own that can be killed.

async with running_relay(tmp_path) as relay:
    client = Client(relay.address)

with RelayProcess(tmp_path) as relay:
    relay.kill()
    relay.start()
"""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from relay.relay import Relay
from relay.settings import Settings

START_SECONDS = 20
"""How long a process may take to listen."""


@asynccontextmanager
async def running_relay(folder: Path, **settings: Any) -> AsyncIterator[Relay]:
    """Run a relay in this event loop, on a free port, with its file in `folder`; `settings` as in
    relay.settings."""
    given: dict[str, Any] = {
        "listen": ("127.0.0.1:0",),
        "data": folder / "palomar.db",
        "node_name": "relay-1",
        "grace": 1.0,
    }
    async with Relay(Settings(**(given | settings))) as relay:
        yield relay


class RelayProcess:
    """A relay in a process of its own; `with` starts it, and stops it by SIGTERM.

    Every start listens on the same unix socket and uses the same file.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self.data = folder / "palomar.db"
        self.address = f"unix://{folder / 'relay.sock'}"
        self._options = options
        self._process: subprocess.Popen[str] | None = None
        self.greeting = ""
        """The line with which it said that it listens."""

    @property
    def pid(self) -> int:
        """Number of the process."""
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it listens."""
        command = (
            sys.executable,
            "-m",
            "relay",
            "--listen",
            self.address,
            "--data",
            str(self.data),
        )
        self._process = subprocess.Popen(
            (*command, *self._options),
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"COVERAGE_PROCESS_START": ""},
        )
        assert self._process.stderr
        self.greeting = self._process.stderr.readline()
        assert "listening on" in self.greeting, self.greeting + self._process.stderr.read()

    def kill(self) -> None:
        """End it by SIGKILL, as a machine does that runs out of memory."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End it by SIGTERM; give its exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, number: int) -> int:
        process, self._process = self._process, None
        assert process
        assert process.stderr
        process.send_signal(number)
        with process.stderr:
            process.stderr.read()
        return process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process:
            self.stop()
