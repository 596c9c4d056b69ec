"""The drawing of the map on the screen: it scrolls, and one of its calls is selected."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.keys import key
from tui.map.drawing import Cell, Drawing

BLANK = Cell(" ")
PAN = 8
"""Columns that the drawing is moved by."""

FAR = 10_000
"""Rows that weigh less than one column when the nearest call is looked for."""


class MapView(ScrollView, can_focus=True):
    """Shows a `Drawing`; keys and clicks select calls."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"map-view--{part}"
        for part in ("line", "name", "end", "figures", "selected", "drop", "error")
    }
    DEFAULT_CSS = """
    MapView {
        height: 1fr;
        scrollbar-size: 1 1;
        & > .map-view--line { color: $foreground-muted; }
        & > .map-view--name { text-style: bold; }
        & > .map-view--end { color: $accent; text-style: bold reverse; }
        & > .map-view--figures { color: $foreground; }
        & > .map-view--drop { color: $text-error; }
        & > .map-view--error { color: $text-warning; }
        & > .map-view--selected { color: $accent; text-style: bold; }
    }
    """
    BINDING_GROUP_TITLE = "Drawing"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "open", "map.open", "The flows of the call", footer="Flows"),
        key("up,k", "select(0, -1)", "map.up", "The call above"),
        key("down,j", "select(0, 1)", "map.down", "The call below"),
        key("left,h", "select(-1, 0)", "map.left", "A call further left"),
        key("right,l", "select(1, 0)", "map.right", "A call further right"),
        key("shift+left,H", "pan(-1, 0)", "map.pan_left", "Move to the left"),
        key("shift+right,L", "pan(1, 0)", "map.pan_right", "Move to the right"),
        key("shift+up,K", "pan(0, -1)", "map.pan_up", "Move up"),
        key("shift+down,J", "pan(0, 1)", "map.pan_down", "Move down"),
    ]

    selected: reactive[int | None] = reactive[int | None](None)
    """The number of the call selected."""

    @dataclass
    class Selected(Message):
        """Another call is selected, or none."""

        call: int | None

    @dataclass
    class Opened(Message):
        """The flows of a call are asked for."""

        call: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.drawing = Drawing()
        self._tones: Sequence[str] = ()
        self._ends: Sequence[tuple[int, int]] = ()

    def draw(
        self,
        drawing: Drawing,
        tones: Sequence[str],
        ends: Sequence[tuple[int, int]],
        selected: int | None,
    ) -> None:
        """Show a drawing; of each call its tone, "", "drop" or "error", and its two names."""
        self.drawing, self._tones, self._ends = drawing, tones, ends
        self.virtual_size = Size(drawing.width, drawing.height)
        self.selected = selected
        self.refresh()

    def watch_selected(self, before: int | None, after: int | None) -> None:
        """Have the selected call in sight."""
        if after is not None and after != before:
            column, row = self.drawing.captions[after]
            self.scroll_to_region(Region(column, row, 1, 1).grow((1, 20, 1, 30)), animate=False)
        self.post_message(self.Selected(after))

    def action_select(self, right: int, down: int) -> None:
        """Select the nearest call in a direction, or the first one."""
        captions = self.drawing.captions
        if not captions:
            return
        if self.selected is None:
            self.selected = min(captions, key=captions.__getitem__)
            return
        column, row = captions[self.selected]
        if down:
            near = [
                (abs(y - row), c)
                for c, (x, y) in captions.items()
                if x == column and (y - row) * down > 0
            ]
        else:
            near = [
                (abs(x - column) * FAR + abs(y - row), c)
                for c, (x, y) in captions.items()
                if (x - column) * right > 0
            ]
        self.selected = min(near)[1] if near else self.selected

    def action_pan(self, right: int, down: int) -> None:
        """Move the drawing."""
        self.scroll_relative(right * PAN, down * PAN // 2, animate=False)

    def action_open(self) -> None:
        """Ask for the flows of the selected call."""
        if self.selected is not None:
            self.post_message(self.Opened(self.selected))

    def on_click(self, event: events.Click) -> None:
        """Select the call, or one of the name, under the pointer; twice asks for its flows."""
        place = (event.x + self.scroll_offset.x, event.y + self.scroll_offset.y)
        cell = self.drawing.cells.get(place, BLANK)
        if cell.call is None and cell.name is not None:
            cell = Cell(
                "", next((c for c, ends in enumerate(self._ends) if cell.name in ends), None)
            )
        if cell.call is None:
            return
        if cell.call == self.selected and event.chain > 1:
            self.action_open()
        self.selected = cell.call

    def render_line(self, y: int) -> Strip:
        """Draw the part of a row that is in sight."""
        left, top = self.scroll_offset
        row = top + y
        places = [(column, row) for column in range(left, left + self.size.width)]
        cells = self.drawing.cells
        segments = [
            Segment("".join(cells.get(place, BLANK).character for place in same), style)
            for style, same in groupby(places, self._style)
        ]
        if left and cells.get(places[0], BLANK).character == "":
            segments.insert(0, Segment(" "))  # the right half of a wide letter
        return Strip(segments).adjust_cell_length(self.size.width)

    def _style(self, place: tuple[int, int]) -> Style:
        cell = self.drawing.cells.get(place, BLANK)
        selected = self.selected
        if selected is not None:
            if cell.name is not None and cell.name in self._ends[selected]:
                return self._part("end")
            if place in self.drawing.paths[selected] or cell.call == selected:
                return self._part("selected")
        if cell.name is not None:
            return self._part("name")
        tone = self._tones[cell.call] if cell.call is not None else ""
        plain = "figures" if cell.call is not None and cell.character not in "─┄╭╮╰╯│" else "line"
        return self._part(tone or plain)

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"map-view--{name}")
