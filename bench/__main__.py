"""All benchmarks, one after the other: `python -m bench --json FILE --table`.

Those on full rings share a database, which the first of them fills.
"""

import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from bench import (
    agent_cost,
    agent_envoy,
    aggregates,
    crowd,
    dashboard,
    disk_slow,
    filtering,
    follow,
    ingest,
    large,
    output,
    query,
    read,
    report,
    restart,
    scan,
    soak,
    startup,
    table,
)
from bench.report import Options, Run


class Bench(NamedTuple):
    """A benchmark: its name, what runs it, whether it uses the shared database."""

    name: str
    run: Run
    shared: bool = True


BENCHES = (
    Bench("startup", startup.run, False),
    Bench("filters", filtering.run, False),
    Bench("agents", agent_cost.run, False),
    Bench("envoy", agent_envoy.run, False),
    Bench("disk-slow", disk_slow.run, False),
    Bench("ingest", ingest.run),
    Bench("query", query.run),
    Bench("read", read.run),
    Bench("output", output.run),
    Bench("aggregates", aggregates.run),
    Bench("restart", restart.run),
    Bench("follow", follow.run),
    Bench("crowd", crowd.run),
    Bench("scan", scan.run),
    Bench("dashboard", dashboard.run),
    Bench("soak", soak.run),
    Bench("large", large.run, False),
)
"""All, in the order in which they run."""

NAMES = [bench.name for bench in BENCHES]
RESULTS = Path(__file__).parent / "results"


def everything(chosen: list[str], options: Options) -> Iterator[dict[str, Any]]:
    """Run those that were chosen; one that fails is told, and left out."""
    with tempfile.TemporaryDirectory(prefix="palomar-bench-") as scratch:
        shared = options._replace(data=Path(scratch) / "palomar.db")
        for bench in BENCHES:
            if bench.name in chosen:
                given = shared if bench.shared else options
                if result := report.attempt(bench.name, bench.run, given):
                    yield result


@click.command(help=__doc__)
@click.option("--size", default=1.0, help="Share of the usual ring capacity of a million.")
@click.option("--repeat", default=5, help="Runs that medians are taken of.")
@click.option("--seed", default=1, help="Seed of the events.")
@click.option("--only", type=click.Choice(NAMES), multiple=True, help="Run this one; repeatable.")
@click.option("--skip", type=click.Choice(NAMES), multiple=True, help="Leave out; repeatable.")
@click.option(
    "--json", "target", type=click.Path(path_type=Path), help="Results; else in bench/results."
)
@click.option("--table", "shown", is_flag=True, help="End with the table.")
@click.option("--markdown", is_flag=True, help="The table as it stands in a page.")
@click.option(
    "--from", "kept", type=click.Path(exists=True, path_type=Path), help="Run nothing: print these."
)
def main(
    size: float,
    repeat: int,
    seed: int,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    target: Path | None,
    shown: bool,
    markdown: bool,
    kept: Path | None,
) -> None:
    """Run all, or print what was measured."""
    if kept:
        click.echo(table.markdown(report.read(kept), aligned=not markdown))
        return
    chosen = [name for name in only or NAMES if name not in skip]
    path = target or RESULTS / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}.json"
    results = []
    for result in everything(chosen, Options(size=size, repeat=repeat, seed=seed)):
        results.append(result)
        report.write(results, path)
    click.echo(f"written to {path}", err=True)
    if (shown or markdown) and results:
        click.echo(table.markdown(results, aligned=not markdown))
    sys.exit(len(results) < len(set(chosen)))


if __name__ == "__main__":
    main()
