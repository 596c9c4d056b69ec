"""Two runs beside each other: `python -m bench.compare OLD.json NEW.json`.

Each figure of both with their ratio. It is marked as better or worse if the ratio is beyond the
noise: beyond `--noise` percent, and beyond what the samples of either run differ among themselves.
Ends with status 1 if one got worse and `--fail` is given.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from bench.figure import Figure, number
from bench.report import read
from bench.table import Result, grid

NOISE = 10.0
HEAD = ("benchmark", "figure", "old", "new", "unit", "new/old", "")
BETTER, WORSE = "better", "WORSE"


class Pair(NamedTuple):
    """A figure in both runs."""

    bench: str
    old: Figure
    new: Figure

    @property
    def ratio(self) -> float:
        """The new value to the old."""
        return self.new.value / self.old.value if self.old.value else float("nan")

    def noise(self, percent: float) -> float:
        """Say how far a ratio may be from 1 without meaning anything."""
        return max(percent / 100, spread(self.old), spread(self.new))

    def verdict(self, percent: float) -> str:
        """Judge the change; empty if it is noise, or neither good nor bad."""
        if not self.new.better or abs(self.new.value - self.old.value) <= self._margin(percent):
            return ""
        rose = self.new.value > self.old.value
        return BETTER if rose == (self.new.better == "higher") else WORSE

    def _margin(self, percent: float) -> float:
        return abs(self.old.value) * self.noise(percent)


def spread(figure: Figure) -> float:
    """Give half of the range in which the middle half of the samples lie, to the median."""
    if len(figure.samples) < 4 or not figure.value:
        return 0.0
    ordered = sorted(figure.samples)
    quarter = len(ordered) // 4
    return (ordered[-1 - quarter] - ordered[quarter]) / 2 / abs(figure.value)


def pairs(old: Sequence[Result], new: Sequence[Result]) -> Iterator[Pair]:
    """Pair the figures that both runs have, in the order of the new one."""
    known = {key: figure for result in old for key, figure in figures(result)}
    for result in new:
        for key, figure in figures(result):
            if key in known:
                yield Pair(result["bench"], known[key], figure)


def figures(result: Result) -> Iterator[tuple[tuple[str, str], Figure]]:
    """Give the figures of a benchmark with their keys."""
    for figure in map(Figure.from_dict, result["figures"]):
        yield (result["bench"], figure.name), figure


def row(pair: Pair, noise: float) -> tuple[str, ...]:
    """Write a line of the table."""
    values = (number(pair.old.value), number(pair.new.value))
    ratio = f"{pair.ratio:.2f}"
    return (pair.bench, pair.new.name, *values, pair.new.unit, ratio, pair.verdict(noise))


def loops(old: Sequence[Result], new: Sequence[Result]) -> str:
    """Say how fast the machine was in both runs."""
    first, second = old[0]["machine"]["loop"], new[0]["machine"]["loop"]
    return f"A million additions took {first} ms in the old run, {second} ms in the new one."


@click.command(help=__doc__)
@click.argument("old", type=click.Path(exists=True, path_type=Path))
@click.argument("new", type=click.Path(exists=True, path_type=Path))
@click.option("--noise", default=NOISE, help="Percent that mean nothing.")
@click.option("--changed", is_flag=True, help="Show only what got better or worse.")
@click.option("--fail", is_flag=True, help="End with status 1 if a figure got worse.")
def main(old: Path, new: Path, noise: float, changed: bool, fail: bool) -> None:
    """Compare."""
    first, second = read(old), read(new)
    found = list(pairs(first, second))
    shown = [pair for pair in found if pair.verdict(noise) or not changed]
    click.echo("\n".join(grid(HEAD, (row(pair, noise) for pair in shown), 2)))
    worse = sum(pair.verdict(noise) == WORSE for pair in found)
    click.echo(f"\n{loops(first, second)} {len(found)} figures, {worse} worse.")
    sys.exit(bool(worse and fail))


if __name__ == "__main__":
    main()
