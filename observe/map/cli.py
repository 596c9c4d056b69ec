"""The command `palomar map`."""

import click

from observe.counting import CountingCommand, ask, say
from observe.layout import Option

SECTION = "Which flows"

LEVELS = ("service", "workload", "namespace")
"""What a map may be of, as `observe.map.model` has it, which takes longer to import."""

DEFAULT_LIMIT = 100
"""Edges shown: more are no map that a person reads."""


def _map(ctx: click.Context) -> str:
    from observe.figures import rest_line
    from observe.map.diagrams import dot, mermaid
    from observe.map.model import Map, questions
    from observe.map.printing import as_json, table

    level, limit = ctx.params["by"], ctx.params["limit"]
    made = Map.of(level, ask(ctx, questions(level, edges=limit)))
    if made.omitted:
        say(ctx, rest_line(made.omitted, made.rest, "edges"))
    outputs = {"table": table, "json": as_json, "dot": dot, "mermaid": mermaid}
    return outputs[ctx.params["output"]](made)


main = CountingCommand(
    "map",
    _map,
    ("table", "json", "dot", "mermaid"),
    [
        Option(
            SECTION,
            "--by",
            type=click.Choice(LEVELS, case_sensitive=False),
            default=LEVELS[0],
            show_default=True,
            envvar=None,
            help="What the map is of.",
        ),
        Option(
            SECTION,
            "--limit",
            metavar="N",
            type=click.IntRange(1, 1_000),
            default=DEFAULT_LIMIT,
            show_default=True,
            envvar=None,
            help="How many edges are shown, those with the most flows.",
        ),
    ],
    "Show who talks to whom: rates, errors, latencies, drops, and how requests were shared.",
)
