"""What ten times as many flows cost: ingest and the last 20 on rings of ten million, beside those
of one. Takes some minutes, and 2 GB of disk.
"""

from bench import ingest, query
from bench.figure import Figure, Goal, lower
from bench.report import Options, command
from bench.server import place

TIMES = 10
SLOWER = Goal(2, 1, "cannot keep them")
SLOWED = Goal(20, 0, "cannot keep them")


def measured(options: Options) -> dict[str, Figure]:
    """Measure at one size; give the figures by name."""
    with place(options.data) as data:
        here = options._replace(data=data)
        return {figure.name: figure for figure in (*ingest.run(here), *query.run(here))}


def run(options: Options) -> list[Figure]:
    """Measure."""
    small = measured(options._replace(data=None))
    large = measured(options._replace(data=None, size=options.size * TIMES))
    rate = "into full rings"
    slowed = (1 - large[rate].value / small[rate].value) * 100
    return [
        lower("ingest slowed", slowed, "%", SLOWED),
        *(
            lower(
                f"{name}, to the smaller",
                large[name].value / each.value,
                "times",
                each.goal and SLOWER,
            )
            for name, each in small.items()
            if each.unit == "ms"
        ),
        *(each._replace(name=f"{name}, the larger", goal=None) for name, each in large.items()),
    ]


main = command("large", run)
"""The command line."""

if __name__ == "__main__":
    main()
