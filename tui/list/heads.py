"""The heads of the flow list's columns."""

from rich.text import Text
from textual.widget import Widget

from tui.list.columns import Placed, fitted


class Heads(Widget):
    """One line with the names of the columns, where they stand."""

    DEFAULT_CSS = """
    Heads { height: 1; color: $text-muted; text-style: bold; background: $panel; }
    """

    placed: tuple[Placed, ...] = ()

    def place(self, placed: tuple[Placed, ...]) -> None:
        """Show the columns that have room."""
        self.placed = placed
        self.refresh()

    def render(self) -> Text:
        """Write the heads."""
        heads = (f"{fitted(place.column.head, place.width)} " for place in self.placed)
        return Text("".join(heads), no_wrap=True, overflow="crop")
