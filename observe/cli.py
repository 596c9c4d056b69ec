"""The command `observe`: flows by default, and the events of agents and of debugging."""

from collections.abc import Callable
from typing import Any

import click

from observe.completion import live_values
from observe.connection import connection_options
from observe.flags import filter_options, filters_of, raw_filters_text
from observe.formatting import EVENT_OUTPUTS, flow_format_options, format_options
from observe.layout import Option, SectionedCommand, SwitchOption
from observe.selecting import selection_options
from observe.usage import one_line
from observe.version import version_option

OTHER = "Other"
HELP_NAMES = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _flows(**_: Any) -> None:
    """Show flows, or the filters that the flags make."""
    ctx = click.get_current_context()
    allow, deny = filters_of(ctx)
    if ctx.params["print_raw_filters"]:
        click.echo(raw_filters_text(allow, deny), nl=False)
        return
    from observe.watch import Watch

    Watch(ctx).flows(allow, deny)


def _agent_events(**_: Any) -> None:
    from observe.watch import Watch

    Watch(click.get_current_context(), "agent_event").agent_events()


def _debug_events(**_: Any) -> None:
    from observe.watch import Watch

    Watch(click.get_current_context(), "debug_event").debug_events()


def _other_options() -> list[click.Option]:
    return [
        Option(
            OTHER, "--input-file", metavar="FILE", envvar=None, help="Read this file, - for stdin."
        ),
        SwitchOption(OTHER, "--exit-status", help="Exit with 1 if nothing matched."),
        SwitchOption(OTHER, "--silent-errors", "-s", help="No warnings and hints."),
    ]


def _event_command(name: str, callback: Any, about: str) -> SectionedCommand:
    options = [
        *selection_options(),
        *format_options(EVENT_OUTPUTS),
        *connection_options(),
        *_other_options(),
    ]
    return SectionedCommand(
        name, callback=callback, params=list(options), help=about, context_settings=HELP_NAMES
    )


class Flows(SectionedCommand):
    """The command that is meant where none is named; its help tells of the others."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage without the name that need not be given."""
        formatter.write_usage(ctx.command_path.removesuffix(" flows"), "[COMMAND] [OPTIONS]")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, then the options."""
        rows = [
            ("flows", FLOWS.help or ""),
            *((name, about) for name, (_, about) in EVENTS.items()),
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
        super().format_options(ctx, formatter)


EVENTS: dict[str, tuple[Callable[..., None], str]] = {
    "agent-events": (_agent_events, "Show events of Cilium agents."),
    "debug-events": (_debug_events, "Show debug events of Cilium agents."),
}
"""The other commands: what they do, and what their help says of it."""


class Observe(click.Group):
    """A group whose first command is meant where none is named; the others are made when asked."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        return [*self.commands, *EVENTS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a command, or make it; None where there is no such command."""
        if cmd_name in EVENTS:
            return _event_command(cmd_name, *EVENTS[cmd_name])
        return super().get_command(ctx, cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the first command in front of arguments that name none."""
        if not args or args[0] not in self.list_commands(ctx):
            args = [FLOWS.name or "", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error is one line."""
        with one_line():
            return super().invoke(ctx)


FLOWS = Flows(
    "flows",
    callback=_flows,
    params=[
        *selection_options(),
        *filter_options(live_values),
        *format_options(),
        *flow_format_options(),
        *connection_options(),
        *_other_options(),
        version_option(),
    ],
    help="Show flows (the default).",
    context_settings=HELP_NAMES,
)


main = Observe("observe", commands=[FLOWS], add_help_option=False)
