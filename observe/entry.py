"""How the process of a command begins and ends.

Most commands live for a moment, and half of it went to what nobody waits for: looking for garbage
among modules that stay, and taking them apart at the end.
"""

import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

COLLECTED_AFTER = 100_000
"""Objects made before garbage is looked for: more than a command's modules are made of."""


def run(command: Callable[..., Any], name: str) -> NoReturn:
    """Run a click command under a name, then end the process with its status.

    What no command expects of its files and streams, such as a full disk, is an error of one line.
    """
    fill_in()
    try:
        command(prog_name=name)
    except SystemExit as end:
        leave(end.code)
    except OSError as error:
        leave(f"Error: {error}")
    leave(0)


def fill_in() -> None:
    """Open /dev/null for each standard stream that is closed: else the next file that is opened
    would have its number, and get what is meant for it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


def leave(status: str | int | None) -> NoReturn:
    """End the process at once; what was written is handed on, a text goes to standard error."""
    if isinstance(status, str):
        sys.stderr.write(f"{status}\n")
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status if isinstance(status, int) else int(status is not None))


def main() -> NoReturn:
    """Run `observe`."""
    gc.set_threshold(COLLECTED_AFTER)
    from observe.cli import main as observe

    run(observe, "observe")
