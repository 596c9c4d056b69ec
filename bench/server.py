"""A relay in a process of its own, and what it uses."""

import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.flows import RINGS
from bench.process import Process

START_SECONDS = 60
"""How long a relay may take to answer."""


class Server(Process):
    """A running relay: its addresses, `hubble` that of `--hubble-listen`, and its figures."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data = data
        self.address, self.hubble = (f"127.0.0.1:{free_port()}" for _ in range(2))
        places = ["--listen", self.address, "--hubble-listen", self.hubble, "--data", str(data)]
        command = [palomar(), "relay", *places, *options]
        self._log = data.with_suffix(".log")
        with self._log.open("wb") as log:
            super().__init__("relay", command, stdout=log, stderr=log)

    def ready(self) -> float:
        """Wait until it takes connections; give the seconds since its start."""
        port = int(self.address.rpartition(":")[2])
        while self.age() < START_SECONDS:
            if not self.running():
                raise SystemExit(f"the relay ended at once: {self._log.read_text()}")
            with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                return self.age()
            time.sleep(0.002)
        raise SystemExit(f"the relay did not answer within {START_SECONDS} s")

    def disk(self) -> int:
        """Bytes of the database, its log included."""
        return sum(file.stat().st_size for file in self.data.parent.glob(self.data.name + "*"))


def palomar() -> str:
    """Find the command beside this interpreter."""
    return str(Path(sys.executable).with_name("palomar"))


def observe() -> str:
    """Find the command `observe`."""
    return str(Path(sys.executable).with_name("observe"))


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def limits(size: float) -> list[str]:
    """Give the options that bound all rings, `size` times a million in all, by count alone."""
    return [f"--limit={name}={max(1, round(count * size))},8GiB" for name, count in RINGS.items()]


@contextmanager
def running(data: Path, size: float = 1.0, *options: str) -> Iterator[Server]:
    """Run a relay on `data` with rings of `size`, and what other options it is given."""
    server = Server(data, *limits(size), *options)
    try:
        server.ready()
        yield server
    finally:
        server.stop()


@contextmanager
def place(data: Path | None) -> Iterator[Path]:
    """Give a path for a database: the one asked for, or one that is thrown away."""
    if data:
        data.parent.mkdir(parents=True, exist_ok=True)
        yield data
        return
    scratch = tempfile.mkdtemp(prefix="palomar-bench-")
    try:
        yield Path(scratch) / "palomar.db"
    finally:
        shutil.rmtree(scratch)
