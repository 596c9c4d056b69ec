"""Where benchmarks run, and how fast and busy it is."""

import os
import platform
import sqlite3
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """Describe the machine and the libraries that figures depend on."""
    return {
        "cores": os.cpu_count(),
        "cpu": cpu_model(),
        "load": round(os.getloadavg()[0], 1),
        "loop": round(loop(), 1),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "grpcio": version("grpcio"),
        "protobuf": version("protobuf"),
        "numpy": version("numpy"),
    }


def loop() -> float:
    """Time a million additions, in milliseconds: what to compare figures of two machines by."""
    began, total = time.perf_counter(), 0
    for number in range(1_000_000):
        total += number
    return (time.perf_counter() - began) * 1e3


def cpu_model() -> str:
    """Name the processor; the architecture where the system does not say."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def in_words(about: dict[str, Any]) -> str:
    """Say it in a line for people."""
    return (
        f"{about['cores']} cores ({about['cpu']}), Python {about['python']}, "
        f"SQLite {about['sqlite']}, grpcio {about['grpcio']}, protobuf {about['protobuf']}, "
        f"numpy {about['numpy']}; load {about['load']} at the start, a million additions in "
        f"{about['loop']} ms"
    )
