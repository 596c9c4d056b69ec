"""Flows as text: to the clipboard, or to a file. The formats are those of `observe`.

What cannot be written is an ExportError of one line.
"""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, tzinfo
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

from observe.printers import CSV_COLUMNS, printer_for
from observe.printers.clock import clock
from observe.printers.layouts import DEFAULT
from observe.printers.style import Style
from observe.show import Show
from observe.streams import Nowhere, Sink
from proto.observer_pb2 import GetFlowsResponse

ENDINGS = {".jsonl": "jsonpb", ".json": "jsonpb", ".csv": "csv", ".txt": "compact"}
"""The output for each ending of a file's name."""

BATCH = 256
MOST_COPIED = 256 * 1024
"""Bytes that are copied at most: terminals take no more, and many take less."""


Zone = tzinfo | None
"""The zone in which times are written; None: that of this machine."""

Write = Callable[[BinaryIO], int]
"""Writes to a file, and says how many flows."""


class ExportError(Exception):
    """Flows cannot be written. The text is one line."""


class Exists(ExportError):
    """There is a file of that name already."""


def text_of(output: str, flows: Iterable[GetFlowsResponse], zone: Zone = UTC) -> str:
    """Write flows as an output of `observe` does, to be copied."""
    text = BytesIO()
    _write(output, flows, Sink(text), zone)
    if text.tell() > MOST_COPIED:
        raise ExportError(f"{text.tell():,} bytes are too many to copy; write them to a file")
    return text.getvalue().decode()


def save(
    name: str, flows: Iterable[GetFlowsResponse], replace: bool = False, zone: Zone = UTC
) -> int:
    """Write flows to a new file, or, if told so, in place of one; give how many there were.

    The ending of the name says how. Nothing is left of a file that could not be written whole.
    """
    path = _path(name)
    output = ENDINGS.get(path.suffix.lower())
    if output is None:
        raise ExportError(f"{name}: the ending says how to write; one of {', '.join(ENDINGS)}")

    def write(file: BinaryIO) -> int:
        return _write(output, flows, Sink(file), zone)

    try:
        return _replace(path, write) if replace and path.is_file() else _create(path, write)
    except FileExistsError:
        if path.is_file():
            raise Exists(f"{name} exists") from None
        raise ExportError(f"{name} is no file") from None
    except OSError as error:
        raise ExportError(f"cannot write {name}: {error.strerror}") from None


def _path(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise ExportError(f"cannot write {name}: {error}") from None


def _create(path: Path, write: Write) -> int:
    with open(path, "xb") as file:
        return _whole(path, file, write)


def _replace(path: Path, write: Write) -> int:
    number, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with open(number, "wb") as file:
        written = _whole(Path(name), file, write)
    os.replace(name, path)
    return written


def _whole(path: Path, file: BinaryIO, write: Write) -> int:
    """Write a file whole, or remove it."""
    try:
        written = write(file)
        file.flush()
    except BaseException:
        path.unlink()
        raise
    return written


def _write(output: str, flows: Iterable[GetFlowsResponse], out: Sink, zone: Zone) -> int:
    """Write flows as an output; give how many there were."""
    times = clock("RFC3339Nano" if output == "csv" else DEFAULT, zone)
    style = Style(clock=times, node_name=True, columns=CSV_COLUMNS)
    show = Show(output, printer_for(output, style), out, Nowhere())
    rest = iter(flows)
    show.run(iter(lambda: list(islice(rest, BATCH)), []))
    show.close()
    return show.shown
