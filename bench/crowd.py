"""How late many followers see their flows, each with a filter: `--followers` of them (50), while
`--rate` flows a second (10,000) are offered.
"""

from bench.figure import Figure, Goal
from bench.follow import Group, offered
from bench.report import Options, command

FOLLOWERS, RATE = 50, 10_000

MEDIAN = Goal(15, peer="its relay saturates")
LATEST = Goal(100, 30, "its relay saturates")
DELIVERED = Goal(100, peer="its relay saturates")


def run(options: Options) -> list[Figure]:
    """Measure."""
    count = options.followers or FOLLOWERS
    group = Group("Reader", count, True, MEDIAN, LATEST, DELIVERED)
    return offered(options, [group], options.rate or RATE)


main = command("crowd", run)
"""The command line."""

if __name__ == "__main__":
    main()
