"""How cost grows: the benchmarks at more flows, more agents, more followers.

`python -m bench.growth flows 10000 100000 --json growth.json` adds what it measures to the file, so
that the large ones can be run by themselves; `--table growth.json` prints what is in it. A point
that is not begun within `--minutes` of the start is left out, and said.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from bench import aggregates, crowd, follow, ingest, output, query, read, restart, scan
from bench.figure import Figure, number
from bench.machine import in_words
from bench.report import Options, Run, attempt, write
from bench.report import read as read_results
from bench.table import grid

MILLION = 1_000_000


class Part(NamedTuple):
    """One way to grow: the points, what is measured, and how a point is asked for."""

    points: tuple[int, ...]
    benches: tuple[tuple[str, Run], ...]
    at: Callable[[Options, int], Options]


PARTS = {
    "flows": Part(
        (10_000, 100_000, 1_000_000, 10_000_000),
        (
            ("ingest", ingest.run),
            ("query", query.run),
            ("read", read.run),
            ("output", output.run),
            ("aggregates", aggregates.run),
            ("restart", restart.run),
            ("follow", follow.run),
            ("scan", scan.run),
        ),
        lambda options, point: options._replace(size=point / MILLION),
    ),
    "agents": Part(
        (1, 10, 100, 1_000),
        (("ingest", ingest.run),),
        lambda options, point: options._replace(agents=point),
    ),
    "followers": Part(
        (1, 10, 50, 200),
        (("crowd", crowd.run),),
        lambda options, point: options._replace(followers=point),
    ),
}
"""By name."""


def measured(
    name: str, points: Sequence[int], options: Options, until: float
) -> Iterator[dict[str, Any]]:
    """Measure a part at points, all benchmarks of a point on one database."""
    part = PARTS[name]
    for point in points:
        if time.monotonic() > until:
            click.echo(f"{name} {point:,}: left out, for lack of time", err=True)
            continue
        click.echo(f"{name} {point:,}", err=True)
        with tempfile.TemporaryDirectory(prefix="palomar-bench-") as scratch:
            here = part.at(options, point)._replace(data=Path(scratch) / "palomar.db")
            for bench, run in part.benches:
                if result := attempt(bench, run, here):
                    yield result | {"part": name, "point": point}


def tables(results: Sequence[dict[str, Any]], short: bool = False) -> Iterator[str]:
    """Write a table in Markdown for each part: a row for each figure, a column for each point.

    `short` leaves out figures without a goal.
    """
    for name in PARTS:
        mine = [result for result in results if result["part"] == name]
        if not mine:
            continue
        points = sorted({result["point"] for result in mine})
        head = ("benchmark", "figure", "unit", *(f"{point:,} {name}" for point in points))
        yield f"{mine[0]['date'][:10]}, {in_words(mine[0]['machine'])}.\n"
        yield "\n".join(grid(head, rows(mine, points, short), 3)) + "\n"


def rows(
    results: Sequence[dict[str, Any]], points: Sequence[int], short: bool
) -> Iterator[tuple[str, ...]]:
    """Give a row for each figure of a part."""
    found: dict[tuple[str, str, str], dict[int, float]] = {}
    for result in results:
        for figure in map(Figure.from_dict, result["figures"]):
            if figure.goal or not short:
                key = (result["bench"], plain(figure.name), figure.unit)
                found.setdefault(key, {})[result["point"]] = figure.value
    for key, values in found.items():
        cells = (number(values[point]) if point in values else "" for point in points)
        yield (*key, *cells)


def plain(name: str) -> str:
    """Leave out of a figure's name the number that is in the head of the column."""
    first, _, rest = name.partition(" ")
    return rest if first.isdigit() and rest.startswith("by ") else name


def merged(old: Sequence[dict[str, Any]], new: dict[str, Any]) -> list[dict[str, Any]]:
    """Put a result in the place of an older one of the same."""
    keys = ("part", "point", "bench")
    return [each for each in old if any(each[key] != new[key] for key in keys)] + [new]


@click.command(help=__doc__)
@click.argument("part", type=click.Choice(list(PARTS)), required=False)
@click.argument("points", type=int, nargs=-1)
@click.option("--minutes", default=60.0, help="No point is begun after so many.")
@click.option("--repeat", default=3, help="Runs that medians are taken of.")
@click.option("--size", default=1.0, help="Share of a million flows, where flows do not grow.")
@click.option("--seconds", default=0.0, help="How long a rate is offered; 0: the usual.")
@click.option("--json", "target", type=click.Path(path_type=Path), help="Add the results to it.")
@click.option("--table", "shown", type=click.Path(exists=True, path_type=Path), help="Print it.")
@click.option("--short", is_flag=True, help="Only figures that have a goal.")
def main(
    part: str | None,
    points: tuple[int, ...],
    minutes: float,
    repeat: int,
    size: float,
    seconds: float,
    target: Path | None,
    shown: Path | None,
    short: bool,
) -> None:
    """Measure a part, or print what was measured."""
    if shown:
        click.echo("\n".join(tables(read_results(shown), short)))
        return
    if not part:
        sys.exit("name a part, or a file with --table")
    results: list[dict[str, Any]] = []
    if target and target.exists():
        results = json.loads(target.read_text())
    options = Options(repeat=repeat, size=size, seconds=seconds)
    until = time.monotonic() + minutes * 60
    for result in measured(part, points or PARTS[part].points, options, until):
        results = merged(results, result)
        if target:
            write(results, target)
    click.echo("\n".join(tables(results, short)))


if __name__ == "__main__":
    main()
