"""What a command says where it is not used to its end: one line, or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

INTERRUPTED = 130
"""Status of a command that Ctrl-C ended before it began: 128 and the number of the signal."""


@contextmanager
def one_line() -> Iterator[None]:
    """Have errors of usage say what is wrong in one line, without the usage; and Ctrl-C nothing."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        raise click.UsageError(" ".join(error.format_message().split())) from None
    except KeyboardInterrupt:
        raise click.exceptions.Exit(INTERRUPTED) from None


class OneLine(click.Command):
    """A command whose errors of usage are one line."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Parse the arguments; an error is one line."""
        with one_line():
            return super().make_context(info_name, args, parent, **extra)
