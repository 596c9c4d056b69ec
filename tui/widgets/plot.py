"""A plot of a rate over time: an area, its axis with units, and what was dropped beneath."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.blocks import area, rounded_up, stretched
from tui.keys import key
from tui.quantities import clock, rate

if TYPE_CHECKING:
    from tui.app import Palomar

AXIS = 8
"""Columns of the axis at the left, with the line itself."""


@dataclass(frozen=True, slots=True)
class Series:
    """Rates a second, from `start_ns` to `end_ns` in equal steps; of all flows, and of drops."""

    flows: Sequence[float] = ()
    drops: Sequence[float] = ()
    start_ns: int = 0
    end_ns: int = 0


class Plot(Widget, can_focus=True):
    """Plots a `Series`; a click on a step, or Enter for all of them, asks for its flows."""

    app: "Palomar"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "open", "plot.open", "The flows of the whole plot", footer="Flows")
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "plot--title",
        "plot--axis",
        "plot--flows",
        "plot--drops",
    }
    DEFAULT_CSS = """
    Plot {
        height: 8;
        & > .plot--title { text-style: bold; }
        & > .plot--axis { color: $foreground-muted; }
        & > .plot--flows { color: $primary; }
        & > .plot--drops { color: $error; }
        &:focus > .plot--title { color: $accent; text-style: bold underline; }
    }
    """

    @dataclass
    class Opened(Message):
        """The flows between two times are asked for."""

        since_ns: int
        until_ns: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.series = Series()

    def plot(self, series: Series) -> None:
        """Show other rates."""
        if series != self.series:
            self.series = series
            self.refresh()

    def action_open(self) -> None:
        """Ask for all flows that are plotted."""
        if self.series.flows:
            self.post_message(self.Opened(self.series.start_ns, self.series.end_ns - 1))

    def on_click(self, event: events.Click) -> None:
        """Ask for the flows of the step under the pointer."""
        columns, steps = self._columns, len(self.series.flows)
        at = event.get_content_offset(self)
        if at and steps and AXIS <= at.x < AXIS + columns:
            step = (at.x - AXIS) * steps // columns
            start, length = self.series.start_ns, self.series.end_ns - self.series.start_ns
            begins, ends = (start + length * each // steps for each in (step, step + 1))
            self.post_message(self.Opened(begins, ends - 1))

    @property
    def _columns(self) -> int:
        return max(self.size.width - AXIS - 1, 1)

    def render_line(self, y: int) -> Strip:
        """Draw a line: the title, the area, the drops, the times."""
        width, height = self.size
        lines, columns = max(height - 3, 1), self._columns
        if y == 0:
            return self._title(width)
        if y <= lines:
            return self._area(y - 1, lines, columns)
        if y == height - 2:
            return self._dropped(columns)
        return self._times(columns) if y == height - 1 else Strip.blank(width)

    def _title(self, width: int) -> Strip:
        flows = self.series.flows
        known = list(dropwhile(lambda each: not each, flows)) or [0.0]
        said = (
            f"now {rate(flows[-1])}   mean {rate(sum(known) / len(known))}   "
            f"peak {rate(max(flows))}"
            if flows
            else ""
        )
        return self._strip(("plot--title", "Flows/s"), ("plot--axis", f"{said:>{width - 8}} "))

    def _area(self, line: int, lines: int, columns: int) -> Strip:
        top = rounded_up(max(self.series.flows, default=0))
        drawn = area(stretched(self.series.flows, columns), top, lines)[line]
        middle = lines // 2 if lines >= 5 and lines % 2 == 0 else None
        said = rate(top) if line == 0 else rate(top / 2) if line == middle else ""
        return self._strip(("plot--axis", f"{said:>{AXIS - 1}}┤"), ("plot--flows", drawn))

    def _dropped(self, columns: int) -> Strip:
        top = max(self.series.drops, default=0)
        [drawn] = area(stretched(self.series.drops, columns), top, 1)
        said = "dropped" if top else "0"
        return self._strip(
            ("plot--drops" if top else "plot--axis", f"{said:>{AXIS - 1}}"),
            ("plot--axis", "┼"),
            ("plot--drops", drawn) if top else ("plot--axis", "─" * columns),
        )

    def _times(self, columns: int) -> Strip:
        """Write the time at each fourth of the width."""
        start, end = self.series.start_ns, self.series.end_ns
        said = [" "] * (AXIS + columns)
        marks = 4 if columns >= 60 else 2
        for mark in range(marks + 1) if end else ():
            text = clock(start + (end - start) * mark // marks, self.app.zone)
            at = AXIS + (columns - 1) * mark // marks - len(text) // 2
            at = min(max(at, AXIS - 1), len(said) - len(text))
            said[at : at + len(text)] = text
        return self._strip(("plot--axis", "".join(said)))

    def _strip(self, *parts: tuple[str, str]) -> Strip:
        strip = Strip(
            Segment(text, self.get_component_rich_style(name)) for name, text in parts if text
        )
        return strip.adjust_cell_length(self.size.width, self.rich_style)
