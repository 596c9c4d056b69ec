"""`python -m observe` is the command `observe`."""

from observe.cli import main

main(prog_name="observe")
