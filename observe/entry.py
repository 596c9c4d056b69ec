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
    """Run a click command under a name, then end the process with its status."""
    try:
        command(prog_name=name)
    except SystemExit as end:
        leave(end.code)
    leave(0)


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
