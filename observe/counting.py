"""What the commands have in common that count flows: options, the question, what is missing."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from observe.completion import live_values
from observe.connection import connect, connection_options
from observe.flags import filter_options, filters_of, raw_filters_text
from observe.formatting import zone_of, zone_option
from observe.layout import Option, SectionedCommand, SwitchOption
from observe.selecting import bound, range_options
from observe.status import output_option

if TYPE_CHECKING:
    from proto.aggregate_pb2 import AggregateRequest, AggregateResponse, Question

OTHER = "Other"


class CountingCommand(SectionedCommand):
    """A command that counts flows: `answer` asks, and gives what is printed.

    It takes the filters, the range, the server and the file; `options` are its own.
    """

    def __init__(
        self,
        name: str,
        answer: Callable[[click.Context], str],
        outputs: Sequence[str],
        options: Sequence[click.Option],
        about: str,
    ) -> None:
        def run(**_: Any) -> None:
            ctx = click.get_current_context()
            filters = filters_of(ctx)
            if ctx.params["print_raw_filters"]:
                click.echo(raw_filters_text(*filters), nl=False)
            else:
                _print(answer(ctx))

        super().__init__(
            name,
            callback=run,
            params=[
                *options,
                *range_options(),
                *filter_options(live_values),
                output_option(*outputs),
                zone_option(),
                *connection_options(),
                *_other_options(),
            ],
            help=about,
            context_settings={
                "help_option_names": ["-h", "--help"],
                "max_content_width": 100,
            },
        )


def _other_options() -> list[click.Option]:
    return [
        Option(
            OTHER, "--input-file", metavar="FILE", envvar=None, help="Read this file, - for stdin."
        ),
        SwitchOption(OTHER, "--silent-errors", "-s", help="No warnings, and nothing about gaps."),
    ]


def ask(ctx: click.Context, questions: "Sequence[Question]") -> "AggregateResponse":
    """Ask the server or the file of a parsed command, and say on standard error what was counted.

    Raises click.UsageError for what makes no sense, click.ClickException for what fails.
    """
    from observe.errors import ObserveError
    from observe.figures import coverage_line
    from proto.escape import escape
    from proto.failure import TransportError

    try:
        response = _asked(ctx, _request(ctx, questions))
    except ValueError as error:
        raise click.UsageError(escape(str(error))) from None
    except (ObserveError, TransportError) as error:
        raise click.ClickException(escape(str(error))) from None
    say(ctx, coverage_line(response.coverage, zone_of(ctx)))
    return response


def _request(ctx: click.Context, questions: "Sequence[Question]") -> "AggregateRequest":
    from observe.request import Wanted, flows_request
    from proto.aggregates.asked import about

    allow, deny = filters_of(ctx)
    wanted = Wanted(since_ns=bound(ctx, "since"), until_ns=bound(ctx, "until"))
    return about(flows_request(wanted, allow, deny, default=0), questions)


def _asked(ctx: click.Context, request: "AggregateRequest") -> "AggregateResponse":
    from observe.aggregating import of_file, of_server

    tell = partial(say, ctx)
    if ctx.params["input_file"]:
        return of_file(ctx.params["input_file"], request, tell)
    with connect(ctx, tell) as client:
        return of_server(client, request)


def say(ctx: click.Context, line: str) -> None:
    """Tell a person something on standard error, unless errors are to be silent."""
    from proto.escape import escape

    if not ctx.params["silent_errors"]:
        click.echo(escape(" ".join(line.split())), err=True)


def _print(text: str) -> None:
    """Print; a reader that has enough ends it without a word."""
    from observe.streams import hang_up, output

    sink = output(eager=True)
    try:
        sink.write(text + "\n" if text else "")
    except BrokenPipeError:
        hang_up()
