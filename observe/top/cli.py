"""The command `palomar top`."""

from collections.abc import Sequence

import click

from observe.counting import CountingCommand, ask, say
from observe.layout import Option
from observe.top.choices import DEFAULT_LIMIT, ORDERS, TALKERS

SECTION = "Which flows"

ABOUT = """Count flows by anything: who talks most, what fails, which codes, how slowly.

Dimensions are verdict, drop_reason, policy, direction, protocol, kind, node, port, http_code,
http_method, http_host, dns_query and dns_rcode; and of each end (source, destination, client,
server) its namespace, pod, workload, service and address, such as server.workload.
"""


def _top(ctx: click.Context) -> str:
    from observe.figures import rest_line
    from observe.top.model import Top
    from observe.top.printing import OUTPUTS
    from proto.aggregate_pb2 import Order, Question

    given = ctx.params
    by = dimensions_of(given["by"]) or TALKERS
    order = Order.Value(given["order"].upper())
    question = Question(by=by, order=order, limit=given["limit"], latency=True)
    top = Top.of(by, ask(ctx, [question]))
    if top.omitted:
        say(ctx, rest_line(top.omitted, top.rest, "groups"))
    return OUTPUTS[given["output"]](top)


def dimensions_of(given: Sequence[str]) -> list[str]:
    """Read the names of dimensions, each text one or several with commas between."""
    return [name for text in given for each in text.split(",") if (name := each.strip())]


def _offered(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Offer dimensions, the last of several where there are commas."""
    from proto.aggregates.dimensions import DIMENSIONS

    before, comma, start = incomplete.rpartition(",")
    return [before + comma + each for each in DIMENSIONS if each.startswith(start)]


main = CountingCommand(
    "top",
    _top,
    ("table", "json", "csv"),
    [
        Option(
            SECTION,
            "--by",
            metavar="DIMENSION[,…]",
            multiple=True,
            envvar=None,
            shell_complete=_offered,
            help=f"Group by these (default {','.join(TALKERS)}); may be repeated.",
        ),
        Option(
            SECTION,
            "--order",
            type=click.Choice(ORDERS, case_sensitive=False),
            default="flows",
            show_default=True,
            envvar=None,
            help="What groups are ordered by, the greatest first.",
        ),
        Option(
            SECTION,
            "--limit",
            metavar="N",
            type=click.IntRange(1, 10_000),
            default=DEFAULT_LIMIT,
            show_default=True,
            envvar=None,
            help="How many groups are shown.",
        ),
    ],
    ABOUT,
)
