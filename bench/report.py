"""What every benchmark shares: options, figures, the JSON file and the table."""

import json
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import click


class Options(NamedTuple):
    """How large a benchmark is."""

    data: Path | None
    """Database to use, filled if it is not there; None: one that is thrown away."""
    size: float
    """Share of the rings' usual capacity of a million in all."""
    events: int
    """How many events or runs are measured; 0: as many as the benchmark has as its own."""
    rate: int
    """Events a second, where a benchmark offers a rate."""
    repeat: int
    """Runs that a median is taken of."""
    seed: int
    """Seed of the events."""


class Figure(NamedTuple):
    """One result. `bar` is what it should reach, as text for people."""

    name: str
    value: float
    unit: str
    bar: str = ""


Run = Callable[[Options], Sequence[Figure]]


def machine() -> dict[str, Any]:
    """Describe where this runs, and how busy it is."""
    return {
        "cores": os.cpu_count(),
        "cpu": cpu_model(),
        "load": round(os.getloadavg()[0], 1),
        "loop": round(loop(), 1),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "grpcio": version("grpcio"),
        "protobuf": version("protobuf"),
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


def measure(name: str, run: Run, options: Options) -> dict[str, Any]:
    """Run a benchmark, print its figures, and give them with all that they depend on."""
    about = machine()
    figures = run(options)
    for figure in figures:
        bar = f"   ({figure.bar})" if figure.bar else ""
        click.echo(f"{name:10} {figure.name:44} {number(figure.value):>12} {figure.unit}{bar}")
    return {
        "bench": name,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": about,
        "options": {k: str(v) if isinstance(v, Path) else v for k, v in options._asdict().items()},
        "figures": [figure._asdict() for figure in figures],
    }


def number(value: float) -> str:
    """Write a figure with three significant digits, or more before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def command(name: str, run: Run) -> click.Command:
    """Make the command line of one benchmark."""

    @click.command(name, help=sys.modules[run.__module__].__doc__)
    @click.option(
        "--data", type=click.Path(path_type=Path), help="Database; kept, and filled if new."
    )
    @click.option("--size", default=1.0, help="Share of the usual ring capacity of a million.")
    @click.option("--events", default=0, help="How much is measured; 0: the benchmark's own.")
    @click.option("--rate", default=1_000, help="Events a second, where a rate is offered.")
    @click.option("--repeat", default=5, help="Runs that a median is taken of.")
    @click.option("--seed", default=1, help="Seed of the events.")
    @click.option(
        "--json", "target", type=click.Path(path_type=Path), help="Write the result here."
    )
    def main(target: Path | None, **options: Any) -> None:
        result = measure(name, run, Options(**options))
        if target:
            target.write_text(json.dumps(result, indent=1) + "\n")

    return main
