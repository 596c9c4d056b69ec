"""All benchmarks, one after the other, on one database: `python -m bench --json FILE`."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from bench import agent_envoy, disk_slow, follow, ingest, query, restart, startup
from bench.report import Figure, Options, Run, measure

SHARED: tuple[tuple[str, Run], ...] = (
    ("ingest", ingest.run),
    ("query", query.run),
    ("follow", follow.run),
    ("restart", restart.run),
)
"""Benchmarks on full rings, which the first one fills."""

ALONE: tuple[tuple[str, Run], ...] = (
    ("startup", startup.run),
    ("disk-slow", disk_slow.run),
    ("agent-envoy", agent_envoy.run),
)
"""Benchmarks with a database of their own."""


def everything(options: Options) -> list[dict[str, Any]]:
    """Run all."""
    alone = [measure(name, run, options) for name, run in ALONE]
    with tempfile.TemporaryDirectory(prefix="palomar-bench-") as scratch:
        shared = options._replace(data=Path(scratch) / "palomar.db")
        return alone + [measure(name, run, shared) for name, run in SHARED]


def table(results: Sequence[dict[str, Any]]) -> str:
    """Write results as a table in Markdown."""
    lines = ["| benchmark | figure | value | unit | bar |", "|---|---|---:|---|---|"]
    for result in results:
        for figure in (Figure(**row) for row in result["figures"]):
            value = f"{figure.value:,.4g}" if figure.value < 1000 else f"{figure.value:,.0f}"
            cells = (result["bench"], figure.name, value, figure.unit, figure.bar)
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


@click.command(help=__doc__)
@click.option("--size", default=1.0, help="Share of the usual ring capacity of a million.")
@click.option("--seed", default=1, help="Seed of the events.")
@click.option("--json", "target", type=click.Path(path_type=Path), help="Write the results here.")
@click.option("--table", "shown", is_flag=True, help="End with a table in Markdown.")
def main(size: float, seed: int, target: Path | None, shown: bool) -> None:
    """Run all."""
    results = everything(Options(None, size, 0, 1_000, 5, seed))
    if target:
        target.write_text(json.dumps(results, indent=1) + "\n")
    if shown:
        click.echo(table(results))


if __name__ == "__main__":
    main()
