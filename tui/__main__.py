"""`python -m tui`, which is `palomar tui`."""

from tui.cli import run

run()
