"""The command `palomar tui`."""

import gc
import os
import shlex
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click
from click.core import ParameterSource

from observe.completion import live_values
from observe.connection import CONFIG, connect, connection_options
from observe.flags import filter_options, filters_as_typed
from observe.formatting import zone_of, zone_option
from observe.layout import Option, SectionedCommand
from proto.target import Target
from tui.filtertext import FilterText, InvalidText
from tui.keys import InvalidKeys, read_keys
from tui.serve import DEFAULT
from tui.source import SourceError

if TYPE_CHECKING:
    from proto.client import Client
    from tui.source import Source

OTHER = "Other"


def _show(**_: Any) -> None:
    ctx = click.get_current_context()
    try:
        filters = FilterText.read(filters_as_typed(ctx))
    except InvalidText as error:
        raise click.UsageError(str(error)) from None
    try:
        keys = read_keys(ctx.meta[CONFIG])
    except InvalidKeys as error:
        raise click.UsageError(f"--config: {error}") from None
    zone = zone_of(ctx)
    source = _source(ctx)
    if ctx.params["serve"]:
        _serve(ctx, filters)
        return
    if not _is_shown():
        raise click.UsageError("a dashboard needs a terminal; observe writes flows anywhere")
    from tui.app import Palomar

    _collect_little()
    Palomar(source, filters, zone=zone, keys=keys).run()


def _collect_little() -> None:
    """Have garbage looked for often, and among few objects: a key waits meanwhile. What is loaded
    by now stays, and need not be looked at again.
    """
    gc.freeze()
    gc.set_threshold(2_000, 10, 200)


def _is_shown() -> bool:
    """Tell whether the dashboard has a terminal, or a browser that is served: Textual reads the
    standard input, and writes to the standard error.
    """
    return "TEXTUAL_DRIVER" in os.environ or (sys.stdin.isatty() and sys.stderr.isatty())


def _serve(ctx: click.Context, filters: FilterText) -> None:
    """Serve what these options show in a browser."""
    from tui.serve import Address, serve

    try:
        address = Address.read(ctx.params["serve"])
    except ValueError as error:
        raise click.UsageError(f"--serve: {error}") from None
    words = [f"--config={ctx.meta[CONFIG]}"] if ctx.meta[CONFIG].is_file() else []
    words += [f"--time-zone={ctx.params['time_zone']}", *_words(ctx)]
    if ctx.params["input_file"]:
        words.append(f"--input-file={ctx.params['input_file']}")
    password = ctx.params["basic_auth_password"]
    secrets = {"PALOMAR_BASIC_AUTH_PASSWORD": password} if password else {}
    serve(address, [*words, *shlex.split(filters.text)], secrets)


def _source(ctx: click.Context) -> "Source":
    """Make the source that the options name."""
    if ctx.params["input_file"]:
        from tui.file_source import FileSource

        return FileSource(ctx.params["input_file"])
    from tui.server_source import ServerSource

    name = ctx.params["server"]
    try:
        Target.parse(name)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    return ServerSource(name, lambda: _client(ctx), _words(ctx))


def _client(ctx: click.Context) -> "Client":
    """Make a client of the server; it is used in a thread, where nobody hears of an error."""
    try:
        return connect(ctx, lambda line: None)
    except click.ClickException as error:
        raise SourceError(error.format_message()) from None


def _words(ctx: click.Context) -> list[str]:
    """Give the options of the connection as they were given, for `observe`; but no password."""
    words: list[str] = []
    for option in connection_options():
        name = str(option.name)
        given = ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if given and name != "basic_auth_password" and (value := ctx.params.get(name)):
            values = value if isinstance(value, tuple) else (value,)
            words += [f"{option.opts[0]}={_text(each)}" for each in values]
    return words


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}s" if isinstance(value, float) else str(value)


main = SectionedCommand(
    "tui",
    callback=_show,
    params=[
        *(each for each in filter_options(live_values) if each.name != "print_raw_filters"),
        *connection_options(),
        zone_option(),
        Option(OTHER, "--input-file", metavar="FILE", envvar=None, help="Show this file instead."),
        Option(
            OTHER,
            "--serve",
            metavar="[HOST:PORT]",
            is_flag=False,
            flag_value=DEFAULT,
            envvar=None,
            help=f"Show it in a browser, at {DEFAULT} if left out.",
        ),
    ],
    help="Watch flows in a dashboard.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def run() -> NoReturn:
    """Run the command in a process of its own."""
    from observe.entry import run as run_command

    run_command(main, "palomar tui")
