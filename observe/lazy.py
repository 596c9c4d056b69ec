"""A command of commands that are imported only when they are called."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from observe.usage import OneLine, one_line


class Row(NamedTuple):
    """A command: the module and the name in it that hold it, and what it does in a line."""

    module: str
    name: str
    help: str


class LazyGroup(OneLine, click.Group):
    """A group whose commands stand in a table; its help needs nothing but that."""

    def __init__(self, name: str, rows: Mapping[str, Row], **given: Any) -> None:
        super().__init__(name, **given)
        self.rows = rows

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands, in the order of the table."""
        return list(self.rows)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command; None where there is no such command."""
        row = self.rows.get(cmd_name)
        if row is None:
            return None
        found = getattr(import_module(row.module), row.name)
        assert isinstance(found, click.Command)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Import a command and run it; an error of usage is one line."""
        with one_line():
            return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.help) for name, row in self.rows.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the names of the table, and options."""
        names = [
            CompletionItem(name, help=row.help)
            for name, row in self.rows.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)
