"""Command lines in files: found, and parsed by our commands without being run."""

import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module

import click

from docs.tables import root

FENCED = re.compile(r"^```(?:console|sh)\n(.*?)^```", re.MULTILINE | re.DOTALL)
"""A block of commands: with prompts and what they print, or commands alone."""

ENDS = ("|", ">", "2>", "&", "&&", ";", "#", "<")
"""Words after which a shell takes over."""


def written(text: str) -> Iterator[list[str]]:
    """Give each command of ours that a Markdown text shows, as words."""
    for block in FENCED.findall(text):
        prompted = re.findall(r"^\$ (.*(?:\\\n.*)*)$", block, re.MULTILINE)
        for line in prompted or block.replace("\\\n", " ").splitlines():
            yield from ours(line.replace("\\\n", " "))


def ours(line: str) -> Iterator[list[str]]:
    """Give the commands of ours in a line of shell."""
    words: list[str] = []
    for word in [*shlex.split(line, posix=True, comments=True), ";"]:
        if word not in ENDS:
            words.append(word)
            continue
        if words and words[0].rpartition("/")[2] in ("palomar", "observe"):
            yield words
        words = []


def parse(argv: Sequence[str]) -> None:
    """Parse a command line as it would be, and go no further; UsageError says what is wrong."""
    name, rest = argv[0].rpartition("/")[2], list(argv[1:])
    command: click.Command = root()
    if name == "observe":
        command = import_module("observe.cli").main
    context: click.Context | None = None
    with suppress(click.exceptions.Exit):  # --help and --version end there
        while True:
            context = command.make_context(name, rest, parent=context)
            if not isinstance(command, click.Group):
                return
            found = command.resolve_command(context, [*context._protected_args, *context.args])
            name, command, rest = found[0] or "", found[1] or command, found[2]
