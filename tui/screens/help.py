"""Help: what each key does, made from the bindings."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer, Static


class Help(Screen[None]):
    """The keys of the screen below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "app.pop_screen", "back", id="help.back")
    ]

    def compose(self) -> ComposeResult:
        """List them."""
        yield Static("Help", markup=False)
        yield Footer()
