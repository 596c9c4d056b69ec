"""What the flows come to, in numbers."""

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer, Static


class Overview(Screen[None]):
    """What the flows come to, in numbers."""

    def compose(self) -> ComposeResult:
        """Show what there is."""
        yield Static("What the flows come to, in numbers", markup=False)
        yield Footer()
