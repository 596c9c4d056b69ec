"""How far the reading of files has come, for a person who watches."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

from agent.sources.file import FileSource
from agent.sources.source import Source

Say = Callable[[str], None]


@contextmanager
def progress(sources: Sequence[Source], say: Say) -> Iterator[Say]:
    """Show a bar on the standard error while `sources` are read, where that is a terminal.

    Give what says lines meanwhile. Without a terminal, or when a source has no size, there is no
    bar.
    """
    err = sys.stderr
    files = [source for source in sources if isinstance(source, FileSource)]
    if not err.isatty() or len(files) < len(sources) or any(file.follow for file in files):
        yield say
        return
    size = sum(file.path.stat().st_size for file in files)
    with click.progressbar(length=size, file=err, show_pos=False, label="Reading") as bar:
        for file in files:
            file.on_read = bar.update

        def say_above(line: str) -> None:
            click.echo("\r\x1b[K", nl=False, err=True)
            say(line)
            bar.render_progress()

        yield say_above
