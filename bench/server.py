"""A relay in a process of its own, and what it uses."""

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import psutil

from bench.flows import RINGS

START_SECONDS = 60
"""How long a relay may take to answer."""


class Server:
    """A running relay: its address, and its figures."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data = data
        self.address = f"127.0.0.1:{free_port()}"
        command = [palomar(), "relay", "--listen", self.address, "--data", str(data), *options]
        self._began = time.perf_counter()
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self._usage = psutil.Process(self._process.pid)

    def wait(self) -> float:
        """Wait until it answers; give the seconds since its start."""
        with grpc.insecure_channel(self.address) as channel:
            ready = grpc.channel_ready_future(channel)
            while self.age() < START_SECONDS:
                if self._process.poll() is not None:
                    raise SystemExit(f"the relay ended with status {self._process.returncode}")
                try:
                    ready.result(timeout=0.05)
                except grpc.FutureTimeoutError:
                    continue
                return self.age()
        raise SystemExit(f"the relay did not answer within {START_SECONDS} s")

    def age(self) -> float:
        """Seconds since its start."""
        return time.perf_counter() - self._began

    def cpu(self) -> float:
        """CPU seconds used so far, in user and system."""
        used = self._usage.cpu_times()
        return used.user + used.system

    def memory(self) -> float:
        """Resident memory in MB."""
        return self._usage.memory_info().rss / 1e6

    def disk(self) -> int:
        """Bytes of the database, its log included."""
        return sum(file.stat().st_size for file in self.data.parent.glob(self.data.name + "*"))

    def stop(self) -> None:
        """End it in good order, which also folds its log into the database."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._process.wait(START_SECONDS)


def palomar() -> str:
    """Find the command beside this interpreter."""
    return str(Path(sys.executable).with_name("palomar"))


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def limits(size: float) -> list[str]:
    """Give the options that bound all rings, `size` times a million in all, by count alone."""
    return [f"--limit={name}={max(1, round(count * size))},8GiB" for name, count in RINGS.items()]


@contextmanager
def running(data: Path, size: float = 1.0) -> Iterator[Server]:
    """Run a relay on `data` with rings of `size`."""
    server = Server(data, *limits(size))
    try:
        server.wait()
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
