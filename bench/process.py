"""Processes that benchmarks start, and what each used: nothing that runs is left out of the sum."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import psutil

for setting in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"):
    # As on anyone's machine, modules are compiled once, and not at every start.
    os.environ.pop(setting, None)


class Used(NamedTuple):
    """What a process used: its life and its CPU in seconds, its most memory in MB where known."""

    name: str
    seconds: float
    cpu: float
    memory: float


ENDED: list[Used] = []
"""What has ended so far, in the order of their ends."""


class Process:
    """A process under the name by which its use is told; `began` is when it was started."""

    def __init__(self, name: str, argv: Sequence[str], **popen: Any) -> None:
        self.name = name
        self.began = time.perf_counter()
        self._popen: subprocess.Popen[bytes] = subprocess.Popen(argv, **popen)
        self._used: Used | None = None
        self._usage = psutil.Process(self._popen.pid)

    def running(self) -> bool:
        """Say whether it still runs; what it used stays to be told."""
        asked = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return not self._used and os.waitid(os.P_PID, self._popen.pid, asked) is None

    @property
    def pid(self) -> int:
        """Its number."""
        return self._popen.pid

    @property
    def stdin(self) -> IO[bytes]:
        """Its input, if that was asked to be a pipe."""
        assert self._popen.stdin
        return self._popen.stdin

    @property
    def stdout(self) -> IO[bytes]:
        """Its output, if that was asked to be a pipe."""
        assert self._popen.stdout
        return self._popen.stdout

    @property
    def stderr(self) -> IO[bytes]:
        """Its errors, if they were asked to be a pipe."""
        assert self._popen.stderr
        return self._popen.stderr

    def age(self) -> float:
        """Seconds since its start."""
        return time.perf_counter() - self.began

    def cpu(self) -> float:
        """CPU seconds so far, in user and system, of its children too."""
        family = [self._usage, *self._usage.children(recursive=True)]
        used = [each.cpu_times() for each in family]
        return sum(times.user + times.system for times in used)

    def memory(self) -> float:
        """Resident memory in MB, of its children too."""
        family = [self._usage, *self._usage.children(recursive=True)]
        return sum(each.memory_info().rss for each in family) / 1e6

    def peak(self) -> float:
        """Most resident memory so far, in MB; what is resident at this moment where unknown."""
        try:
            status = Path(f"/proc/{self._popen.pid}/status").read_text()
        except OSError:
            return self.memory()
        found = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(next(found, "0")) * 1024 / 1e6

    def stop(self) -> Used:
        """End it in good order, if it has not ended by itself."""
        memory = 0.0
        if self.running():
            memory = self.peak()
            self._popen.send_signal(signal.SIGTERM)
        return self._reap(memory)

    def wait(self) -> Used:
        """Wait for its end; give what it used. SystemExit if it failed."""
        used = self._reap()
        if self._popen.returncode:
            raise SystemExit(f"{self.name} ended with status {self._popen.returncode}")
        return used

    def _reap(self, memory: float = 0.0) -> Used:
        if not self._used:
            _, status, usage = os.wait4(self._popen.pid, 0)
            self._popen.returncode = os.waitstatus_to_exitcode(status)
            cpu = usage.ru_utime + usage.ru_stime
            self._used = Used(self.name, self.age(), cpu, memory)
            ENDED.append(self._used)
            for pipe in filter(None, (self._popen.stdin, self._popen.stdout, self._popen.stderr)):
                pipe.close()
        return self._used


def used_since(place: int) -> list[dict[str, Any]]:
    """Sum up, by name, what has ended since `ENDED` was `place` long."""
    sums: dict[str, Used] = {}
    for each in ENDED[place:]:
        old = sums.get(each.name, Used(each.name, 0, 0, 0))
        most = max(old.memory, each.memory)
        sums[each.name] = Used(each.name, old.seconds + each.seconds, old.cpu + each.cpu, most)
    return [each._asdict() for each in sums.values()]
