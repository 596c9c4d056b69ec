"""How options stand in the help: in sections, and one row for the three flags of an end."""

from collections.abc import Iterable, Sequence
from typing import Any

import click

from observe.config import environment
from observe.flags import FlagOption, FlagSwitch, OrderedCommand
from observe.switches import Switch
from observe.usage import OneLine

SECTIONS = (
    "Which flows",
    "Filters",
    "Filters: an end (--NAME either, --from-NAME source, --to-NAME destination)",
    "Filters: the traffic",
    "Filters: requests",
    "Filters: where it was seen",
    "Output",
    "Server",
    "Other",
)
"""The sections, in the order of the help."""

EPILOG = (
    "Options without a value are switches, which may also say =true or =false. Options of the "
    "server and the output may be set in the environment (PALOMAR_SERVER, PALOMAR_OUTPUT, …)."
)

GENERAL, ENDS, TRAFFIC, REQUESTS, PLACE = SECTIONS[1:6]
OF_REQUESTS = ("--http-", "--dns-", "--trace-id")
OF_PLACE = ("--node-", "--interface", "--uuid")
GENERAL_NAMES = ("--not", "--allowlist", "--denylist", "--print-raw-filters", "--cel-expression")


class Option(click.Option):
    """An option that stands in a section, and may be set in the environment."""

    def __init__(self, section: str, *names: str, **settings: Any) -> None:
        self.section = section
        super().__init__(names, **({"envvar": environment(names[0])} | settings))


class SwitchOption(Switch):
    """A switch that stands in a section, and may be set in the environment."""

    def __init__(self, section: str, *names: str, **settings: Any) -> None:
        self.section = section
        super().__init__(names, **({"envvar": environment(names[0])} | settings))


class SectionedCommand(OneLine, OrderedCommand):
    """A command whose help is in sections, and whose errors are one line."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections."""
        for section in SECTIONS:
            rows = list(_rows(ctx, [p for p in self.get_params(ctx) if _section(p) == section]))
            if rows:
                with formatter.section(section):
                    formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Explain what holds for all options."""
        formatter.write_paragraph()
        formatter.write_text(EPILOG)


def _rows(ctx: click.Context, params: Sequence[click.Parameter]) -> Iterable[tuple[str, str]]:
    for param in params:
        row = param.get_help_record(ctx)
        if row is not None and not _is_one_end(param):
            yield row[0].removesuffix(" [=false]"), row[1]


def _is_one_end(param: click.Parameter) -> bool:
    """Whether the option is one of three, of which the one for either end is shown."""
    flag = getattr(param, "flag", None)
    return flag is not None and flag.end in ("source", "destination")


def _section(param: click.Parameter) -> str:
    if isinstance(param, Option | SwitchOption):
        return param.section
    if isinstance(param, FlagOption | FlagSwitch) and param.flag and param.flag.end:
        return ENDS
    name = param.opts[0]
    if name in GENERAL_NAMES:
        return GENERAL
    if name.startswith(OF_REQUESTS):
        return REQUESTS
    if name.startswith(OF_PLACE):
        return PLACE
    return TRAFFIC if isinstance(param, FlagOption | FlagSwitch) else SECTIONS[-1]
