"""Nodes, and the health of what observes them."""

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer, Static


class Nodes(Screen[None]):
    """Nodes, and the health of what observes them."""

    def compose(self) -> ComposeResult:
        """Show what there is."""
        yield Static("Nodes, and the health of what observes them", markup=False)
        yield Footer()
