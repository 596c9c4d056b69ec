"""The flow list."""

from typing import NamedTuple

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer, Static


class Range(NamedTuple):
    """A range of times, in nanoseconds since 1970; None: open."""

    since_ns: int | None = None
    until_ns: int | None = None


class Flows(Screen[None]):
    """The flow list."""

    def compose(self) -> ComposeResult:
        """Show it."""
        yield Static("Flows", markup=False)
        yield Footer()

    def read(self, span: Range) -> None:
        """Read the flows of a range anew."""
