"""One of a few things, chosen by a click or by what owns it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

GAP = 1


class Choice(Widget):
    """Names in a line, one of them chosen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--chosen", "choice--other"}
    DEFAULT_CSS = """
    Choice {
        width: auto;
        height: 1;
        & > .choice--chosen { color: $accent; text-style: bold reverse; }
        & > .choice--other { color: $foreground-muted; }
    }
    """

    chosen = reactive("")
    """The name that is chosen."""

    @dataclass
    class Chosen(Message):
        """A name was clicked on."""

        choice: "Choice"
        name: str

        @property
        def control(self) -> "Choice":
            """The widget."""
            return self.choice

    def __init__(self, names: Sequence[str], chosen: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.names = tuple(names)
        self.set_reactive(Choice.chosen, chosen)

    def after(self, by: int) -> str:
        """Give the name so many places further on, round the end."""
        return self.names[(self.names.index(self.chosen) + by) % len(self.names)]

    def render(self) -> Text:
        """Show all names."""
        said = Text()
        for name in self.names:
            part = "choice--chosen" if name == self.chosen else "choice--other"
            said.append(f" {name} ", self.get_component_rich_style(part))
        return said

    def get_content_width(self, container: object, viewport: object) -> int:
        """Give the room that all names take."""
        return sum(len(name) + 2 * GAP for name in self.names)

    def on_click(self, event: events.Click) -> None:
        """Choose what is under the pointer."""
        left = event.x
        for name in self.names:
            left -= len(name) + 2 * GAP
            if left < 0:
                self.post_message(self.Chosen(self, name))
                return
