"""Options that say which part of the history is wanted, and whether what comes after it too."""

import time
from typing import TYPE_CHECKING, Any

import click

from observe.formatting import zone_of
from observe.layout import Option, SwitchOption
from observe.times import InvalidTime, parse_time

if TYPE_CHECKING:
    from observe.request import Wanted

DEFAULT_LAST = 20
"""How many flows are shown when nothing says how many."""

SECTION = "Which flows"


class Count(click.ParamType[int]):
    """How many flows: what fits into a request."""

    name = "count"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a number; fail for what is none."""
        text = str(value)
        if not (text.isascii() and text.isdecimal() and int(text) < 2**64):
            self.fail(f"{text!r} is not a number of flows", param, ctx)
        return int(text)


def selection_options() -> list[click.Option]:
    """Make the options. None of them is read from the environment."""
    return [
        _option("--last", f"The last N (default {DEFAULT_LAST}; of a file: all).", "N"),
        _option("--first", "The first N; with --follow: stop after the next N.", "N"),
        SwitchOption(SECTION, "--all", envvar=None, help="All that is stored."),
        *range_options("; with --follow: stop then"),
        SwitchOption(SECTION, "--follow", "-f", envvar=None, help="Go on with what comes."),
    ]


def range_options(end: str = "") -> list[click.Option]:
    """Make the options of a range in time; `end` says more of its end."""
    return [
        _option("--since", "From this time on: 10s, 5m, 2h, 1d, 1w ago, or a date.", "TIME"),
        _option("--until", f"Up to this time{end}.", "TIME"),
    ]


def wanted(ctx: click.Context) -> "Wanted":
    """Read the options of a parsed command; click.UsageError for nonsense."""
    from observe.request import Contradiction, Wanted

    given = ctx.params
    try:
        return Wanted(
            everything=given["all"],
            first=given["first"] or 0,
            last=given["last"] or 0,
            follow=given["follow"],
            since_ns=bound(ctx, "since"),
            until_ns=bound(ctx, "until"),
        )
    except Contradiction as error:
        raise click.UsageError(str(error)) from None


def _option(name: str, about: str, metavar: str) -> click.Option:
    kind = Count() if metavar == "N" else None
    return Option(SECTION, name, metavar=metavar, type=kind, envvar=None, help=about)


def bound(ctx: click.Context, name: str) -> int | None:
    """Read `since` or `until` of a parsed command, in nanoseconds since 1970; None if not given."""
    text = ctx.params[name]
    if not text:
        return None
    try:
        return parse_time(text, time.time_ns(), zone_of(ctx))
    except InvalidTime as error:
        raise click.UsageError(f"--{name}: {error}") from None
