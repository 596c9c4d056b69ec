"""Filter flags on a command line: options, their order, and the filters that they make.

A command that offers them is an `OrderedCommand` with `filter_options()` among its parameters;
`filters_of` then gives the filters to allow and to deny. `parse_filters` reads the same text
without a command.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from observe.flag_lists import Conflict, Given, filter_lists
from observe.flag_table import FLAGS, Flag
from observe.raw_filters import raw_filters_text, read_filters
from observe.switches import Switch, spelled_out, truth

if TYPE_CHECKING:
    from proto.flow_pb2 import FlowFilter

__all__ = [
    "OrderedCommand",
    "filter_options",
    "filters_as_typed",
    "filters_of",
    "flag_groups",
    "parse_filters",
    "raw_filters_text",
]

NOT = "--not"

_ORDER = "observe.flags"


Live = Callable[[click.Context, str], Sequence[str]]
"""Names values of a field of a filter that the server of a command line holds."""


def _none(ctx: click.Context, field: str) -> Sequence[str]:
    return ()


class FlagOption(click.Option):
    """The option of a filter flag; it may be given several times."""

    def __init__(self, flag: Flag, live: Live) -> None:
        self.flag = flag
        super().__init__(
            flag.names,
            help=flag.help,
            metavar=flag.metavar,
            multiple=True,
            shell_complete=_completed(flag, live),
        )


class FlagSwitch(Switch):
    """The option of a filter flag that may stand alone."""

    def __init__(self, flag: Flag | None, *names: str, help: str) -> None:
        self.flag = flag
        super().__init__(names, help=help, multiple=True, type=str, default=None)


class OrderedCommand(click.Command):
    """A command that keeps the order of its filter flags, on which `--not` depends."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, and remember the filter flags as they came."""
        args = spelled_out(self, args)
        ctx.meta.setdefault(_ORDER, []).extend(_in_order(self, ctx, args))
        return super().parse_args(ctx, args)


def filter_options(live: Live = _none) -> list[click.Option]:
    """Make the options of all filter flags, of the raw lists, and of `--print-raw-filters`."""
    return [
        FlagSwitch(None, NOT, help="Leave out what the next filter flag matches."),
        *(
            FlagSwitch(flag, *flag.names, help=flag.help) if flag.switch else FlagOption(flag, live)
            for flag in FLAGS
        ),
        _json_option("--allowlist", "Also what a FlowFilter in JSON matches."),
        _json_option("--denylist", "Leave out what a FlowFilter in JSON matches."),
        Switch(["--print-raw-filters"], help="Show the filters as JSON and do nothing else."),
    ]


def filters_of(ctx: click.Context) -> tuple[list["FlowFilter"], list["FlowFilter"]]:
    """Give the filters to allow and to deny of a parsed command; click.UsageError for nonsense."""
    given = list(_given(ctx.meta.get(_ORDER, [])))
    try:
        allow, deny = filter_lists(given)
    except Conflict as error:
        raise click.UsageError(str(error), ctx) from None
    return allow + _read(ctx, "allowlist"), deny + _read(ctx, "denylist")


def filters_as_typed(ctx: click.Context) -> str:
    """Write the filter flags of a parsed command as they can be typed, for `parse_filters`."""
    import shlex

    return shlex.join(word for group in _groups(ctx) for word in group)


def flag_groups(text: str) -> list[tuple[str, ...]]:
    """Split a text of filter flags into one group of words for each flag, with its value and the
    `--not` before it; click.UsageError for what cannot be split.
    """
    return list(_groups(_parsed(text)))


def parse_filters(
    text: str | Sequence[str],
) -> tuple[list["FlowFilter"], list["FlowFilter"]]:
    """Read filter flags as typed, or split already; click.UsageError for nonsense."""
    return filters_of(_parsed(text))


def _parsed(text: str | Sequence[str]) -> click.Context:
    import shlex

    try:
        args = shlex.split(text) if isinstance(text, str) else list(text)
    except ValueError as error:
        raise click.UsageError(f"{text!r}: {error}") from None
    return _command().make_context("filters", args)


@cache
def _command() -> OrderedCommand:
    return OrderedCommand("filters", params=list(filter_options()), add_help_option=False)


def _in_order(
    command: click.Command, ctx: click.Context, args: list[str]
) -> Iterator[tuple[Flag | None, str]]:
    """Give the flags with their texts as they stand in the arguments; None stands for `--not`."""
    values, _, order = command.make_parser(ctx).parse_args(list(args))
    left = {name: iter(texts) for name, texts in values.items() if isinstance(texts, list)}
    for param in order:
        if isinstance(param, FlagOption | FlagSwitch):
            text = next(left[str(param.name)])
            yield param.flag, text if isinstance(text, str) else "true"


def _groups(ctx: click.Context) -> Iterator[tuple[str, ...]]:
    """Give the words of each flag, in their order; the raw lists come last."""
    before: tuple[str, ...] = ()
    for flag, text in ctx.meta.get(_ORDER, []):
        words = _words(flag.name if flag else NOT, text, switch=flag is None or flag.switch)
        if flag is None:
            before = words
            continue
        yield before + words
        before = ()
    if before:
        yield before
    for name in ("allowlist", "denylist"):
        yield from ((f"--{name}", text) for text in ctx.params.get(name) or ())


def _words(name: str, text: str, switch: bool) -> tuple[str, ...]:
    if switch:
        said = text.removeprefix("=")
        return (name,) if said == "true" else (f"{name}={said}",)
    return (f"{name}={text}",) if text.startswith("-") else (name, text)


def _given(order: list[tuple[Flag | None, str]]) -> Iterator[Given]:
    denied = False
    for flag, text in order:
        if flag is not None:
            value = _value(flag.read, flag.name, text)
            if value is not None:
                yield Given(flag, value, denied)
            denied = False
        elif _value(truth, NOT, text):
            if denied:
                raise click.UsageError(f"{NOT} stands before {NOT}")
            denied = True
    if denied:
        raise click.UsageError(f"{NOT} stands before no filter flag")


def _value(read: Callable[[Any], Any], name: str, text: Any) -> Any:
    try:
        return read(text)
    except ValueError as error:
        raise click.UsageError(f"{name}: {error}") from None


def _read(ctx: click.Context, name: str) -> list["FlowFilter"]:
    filters: list[FlowFilter] = _value(read_filters, f"--{name}", ctx.params.get(name) or ())
    return filters


def _json_option(name: str, about: str) -> click.Option:
    return click.Option([name], multiple=True, metavar="JSON", help=about)


def _completed(flag: Flag, live: Live) -> Any:
    """Make what offers values in a shell: those of a list, or those that the server holds."""

    def offered(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
        values = flag.choices() or live(ctx, flag.field)
        return [value for value in values if value.lower().startswith(incomplete.lower())]

    return offered
