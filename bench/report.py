"""What every benchmark shares: options, the record of a run, and the command line."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click
import grpc

from bench.figure import Figure, number
from bench.machine import machine
from bench.process import ENDED, used_since


class Options(NamedTuple):
    """How large a benchmark is. 0 stands for the benchmark's own number."""

    data: Path | None = None
    """Database to use, filled if it is not there; None: one that is thrown away."""
    size: float = 1.0
    """Share of the rings' usual capacity of a million in all."""
    events: int = 0
    """How many events are measured."""
    rate: int = 0
    """Events a second, where a benchmark offers a rate."""
    seconds: float = 0.0
    """How long it is offered."""
    agents: int = 1
    """Agents that send at the same time."""
    followers: int = 0
    """Clients that follow at the same time."""
    repeat: int = 5
    """Runs that a median is taken of."""
    seed: int = 1
    """Seed of the events."""


Run = Callable[[Options], Sequence[Figure]]


def measure(name: str, run: Run, options: Options) -> dict[str, Any]:
    """Run a benchmark, print its figures, and give them with all that they depend on."""
    about, place, before = machine(), len(ENDED), os.times()
    figures = run(options)
    after = os.times()
    for figure in figures:
        show(name, figure)
    own = after.user + after.system - before.user - before.system
    this = {"name": "benchmark", "seconds": after.elapsed - before.elapsed, "cpu": own, "memory": 0}
    return {
        "bench": name,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": about,
        "options": {k: str(v) if isinstance(v, Path) else v for k, v in options._asdict().items()},
        "figures": [figure.as_dict() for figure in figures],
        "processes": [this, *used_since(place)],
    }


def attempt(name: str, run: Run, options: Options) -> dict[str, Any] | None:
    """Run a benchmark; if it fails, say why, and give None."""
    try:
        return measure(name, run, options)
    except (grpc.RpcError, OSError, SystemExit) as error:
        why = error.details() if isinstance(error, grpc.Call) else error
        click.echo(f"{name}: failed: {why}", err=True)
        return None


def show(name: str, figure: Figure) -> None:
    """Print a figure, and what it must reach."""
    bar = ""
    if figure.goal:
        word = "reached" if figure.reaches(figure.goal.target) else "MISSED"
        bar = f"   ({number(figure.goal.target)}: {word})"
    click.echo(f"{name:10} {figure.name:48} {number(figure.value):>11} {figure.unit}{bar}")


def command(name: str, run: Run) -> click.Command:
    """Make the command line of one benchmark."""

    @click.command(name, help=sys.modules[run.__module__].__doc__)
    @click.option(
        "--data", type=click.Path(path_type=Path), help="Database; kept, and filled if new."
    )
    @click.option("--size", default=1.0, help="Share of the usual ring capacity of a million.")
    @click.option("--events", default=0, help="How much is measured; 0: the benchmark's own.")
    @click.option("--rate", default=0, help="Events a second, where a rate is offered; 0: its own.")
    @click.option("--seconds", default=0.0, help="How long it is offered; 0: its own.")
    @click.option("--agents", default=1, help="Agents that send at the same time.")
    @click.option("--followers", default=0, help="Clients that follow; 0: the benchmark's own.")
    @click.option("--repeat", default=5, help="Runs that a median is taken of.")
    @click.option("--seed", default=1, help="Seed of the events.")
    @click.option(
        "--json", "target", type=click.Path(path_type=Path), help="Write the result here."
    )
    def main(target: Path | None, **options: Any) -> None:
        result = attempt(name, run, Options(**options))
        if result and target:
            write([result], target)
        sys.exit(not result)

    return main


def write(results: Sequence[dict[str, Any]], target: Path) -> None:
    """Write results to a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(results, indent=1) + "\n")


def read(path: Path) -> list[dict[str, Any]]:
    """Read results from a file."""
    results: list[dict[str, Any]] = json.loads(path.read_text())
    return results
