"""Standard output and standard error: encoded, flushed when somebody is watching, quietly ended."""

import os
import sys
from io import BytesIO
from typing import BinaryIO


class Sink:
    """Takes text for a stream. An eager sink is flushed after each piece."""

    def __init__(self, stream: BinaryIO, eager: bool = False) -> None:
        self._stream = stream
        self._eager = eager

    def write(self, text: str) -> None:
        """Write a text, nothing if it is empty."""
        if text:
            self.write_bytes(text.encode())

    def write_bytes(self, text: bytes) -> None:
        """Write a text that is encoded already."""
        self._stream.write(text)
        if self._eager:
            self._stream.flush()

    def flush(self) -> None:
        """Hand on what was held back."""
        self._stream.flush()


class Nowhere(Sink):
    """Takes text and drops it."""

    def __init__(self) -> None:
        pass

    def write_bytes(self, text: bytes) -> None:
        """Drop a text."""

    def flush(self) -> None:
        """Do nothing."""


class Held(Sink):
    """Keeps text until it is taken."""

    def __init__(self) -> None:
        self._stream: BytesIO = BytesIO()
        super().__init__(self._stream)

    def take(self) -> bytes:
        """Give what was written since the last time."""
        text = self._stream.getvalue()
        self._stream.seek(0)
        self._stream.truncate()
        return text


def output(eager: bool) -> Sink:
    """Open standard output, which a terminal makes eager."""
    return Sink(sys.stdout.buffer, eager or is_terminal())


def errors(silent: bool) -> Sink:
    """Open standard error, or nowhere."""
    return Nowhere() if silent else Sink(sys.stderr.buffer, eager=True)


def is_terminal() -> bool:
    """Tell whether somebody is watching standard output."""
    return sys.stdout.isatty()


def wants_colour(when: str) -> bool:
    """Decide about colours; a word that is not known means `auto`."""
    if when.lower() in ("always", "never"):
        return when.lower() == "always"
    dumb = os.environ.get("TERM") == "dumb" or bool(os.environ.get("NO_COLOR"))
    return is_terminal() and not dumb


def hang_up() -> None:
    """Let the interpreter end without a word, though nobody reads standard output any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
