"""The command `palomar tui`."""

from typing import TYPE_CHECKING, Any, NoReturn

import click

from observe.connection import connect, connection_options
from observe.flags import filter_options, filters_as_typed
from observe.layout import Option, SectionedCommand
from tui.filtertext import FilterText, InvalidText

if TYPE_CHECKING:
    from tui.source import Source

OTHER = "Other"


def _show(**_: Any) -> None:
    ctx = click.get_current_context()
    try:
        filters = FilterText.read(filters_as_typed(ctx))
    except InvalidText as error:
        raise click.UsageError(str(error)) from None
    from tui.app import Palomar

    Palomar(_source(ctx), filters).run()


def _source(ctx: click.Context) -> "Source":
    """Make the source that the options name."""
    if ctx.params["input_file"]:
        from tui.file_source import FileSource

        return FileSource(ctx.params["input_file"])
    from tui.server_source import ServerSource

    return ServerSource(ctx.params["server"], lambda: connect(ctx, lambda line: None))


main = SectionedCommand(
    "tui",
    callback=_show,
    params=[
        *filter_options(),
        *connection_options(),
        Option(OTHER, "--input-file", metavar="FILE", envvar=None, help="Show this file instead."),
    ],
    help="Watch flows in a dashboard.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def run() -> NoReturn:
    """Run the command in a process of its own."""
    from observe.entry import run as run_command

    run_command(main, "palomar tui")
