"""Who talks to whom."""

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer, Static


class Map(Screen[None]):
    """Who talks to whom."""

    def compose(self) -> ComposeResult:
        """Show what there is."""
        yield Static("Who talks to whom", markup=False)
        yield Footer()
