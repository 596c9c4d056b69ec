"""What a command says where it is not used to its end: one line, or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

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
