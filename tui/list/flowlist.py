"""The list of flows: draws the rows of a window that are in sight, and nothing else.

Following is a state: the list stays at its end while flows come. Going up leaves it; then what is
on the screen stands still, however much comes, and going to the end returns to it.
"""

from datetime import UTC, tzinfo
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive, var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.keys import key
from tui.list.columns import STYLES, Placed, fit
from tui.list.window import Row, Window

if TYPE_CHECKING:
    from proto.describe_events import Clock
    from tui.list.cellfilters import Words

STRIPS = 2048
"""How many drawn lines are remembered."""


class FlowList(ScrollView, can_focus=True):
    """The rows of a window, of which one is selected, and in it one cell."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"flow-list--{name}" for name in STYLES}
    BINDING_GROUP_TITLE = "Flow list"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "open", "flows.open", "Open the selected flow", footer="Open"),
        key("end,G", "follow", "flows.follow", "Go to the end, and follow", footer="End", show="G"),
        key("home,g", "first", "flows.first", "Go to the first flow in memory"),
        key("up,k", "move(-1)", "flows.up", "Go up a flow"),
        key("down,j", "move(1)", "flows.down", "Go down a flow"),
        key("pageup,ctrl+b", "page(-1)", "flows.page_up", "Go up a page"),
        key("pagedown,ctrl+f", "page(1)", "flows.page_down", "Go down a page"),
        key("ctrl+u", "page(-0.5)", "flows.half_up", "Go up half a page"),
        key("ctrl+d", "page(0.5)", "flows.half_down", "Go down half a page"),
        key("left,h", "sideways(-1)", "flows.left", "Select the cell to the left"),
        key("right,l", "sideways(1)", "flows.right", "Select the cell to the right"),
    ]

    following: reactive[bool] = reactive(True)
    """Whether the list stays at its end."""
    cursor: var[int] = var(0)
    """Number of the selected row."""
    cell: var[int] = var(1)
    """Which of the columns is selected; at first the verdict, for no filter is of the time."""

    class Opened(Message):
        """A flow is to be opened."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    class Refitted(Message):
        """The columns stand elsewhere."""

        def __init__(self, placed: tuple[Placed, ...]) -> None:
            super().__init__()
            self.placed = placed

    class EndWanted(Message):
        """The newest flows are wanted."""

    class Moved(Message):
        """Other rows are in sight, or another one is selected."""

    def __init__(self, window: Window, zone: tzinfo | None = UTC) -> None:
        super().__init__()
        self.window = window
        self.hidden: tuple[str, ...] = ()
        """Names of columns that are not wanted."""
        self.placed: tuple[Placed, ...] = ()
        self._zone = zone
        self._moving = False
        self._left_at = 0
        """Number after that of the last row when the end was left."""
        self._line = lru_cache(STRIPS)(self._draw)
        self._style = lru_cache(None)(self._made_style)

    @cached_property
    def _clock(self) -> "Clock":
        from observe.printers.clock import clock

        return clock("StampMilli", self._zone)

    @property
    def _area(self) -> Size:
        """The size without the scroll bar."""
        return self.scrollable_content_region.size

    @property
    def top(self) -> int:
        """Number of the first row in sight."""
        return self.window.first + self.scroll_offset.y

    @property
    def fresh(self) -> int:
        """How many rows have come since the end was left, and were not in sight yet."""
        seen = max(self._left_at, self.top + self._area.height)
        return max(0, self.window.end - seen) + self.window.behind

    @property
    def selected(self) -> Row | None:
        """The selected row."""
        return self.window[self._inside(self.cursor)] if len(self.window) else None

    def words(self) -> "Words":
        """Give the filter flag that the selected cell stands for; none if there is no such."""
        from tui.list.cellfilters import words_of
        from tui.list.rows import parsed

        row = self.selected
        if row is None or not self.placed or not parsed(row).HasField("flow"):
            return ()
        return words_of(self.placed[self.cell].column.name, parsed(row).flow)

    def absorb(self) -> int:
        """Take in what waits in the window; give how many rows that were."""
        top = self.top
        taken = self.window.take(None if self.following else top)
        if taken:
            self.show_from(top)
        return taken

    def show_from(self, top: int) -> None:
        """Show the window as it is now, from row `top` on; its end while following."""
        self._moving = True
        self._tell_size()
        self._moving = False
        if self.following:
            top = self.window.end
            self.cursor = self._inside(top)
        self._go(top)

    def _tell_size(self) -> None:
        """Say how many rows there are. Only where the scroll bar comes or goes is all laid out."""
        size = Size(self._area.width, len(self.window))
        if self.show_vertical_scrollbar and size.height > self._area.height:
            self.set_reactive(FlowList.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
        else:
            self.virtual_size = size

    def follow(self) -> None:
        """Go to the end, and stay there."""
        self.following = True
        self.absorb()
        self.show_from(self.window.end)
        self.post_message(self.Moved())

    def select(self, number: int) -> None:
        """Select a row, and have it in sight; the end is followed again only when asked for."""
        self.cursor = self._inside(number)
        self.following = False
        height = self._area.height
        self._go(min(max(self.top, self.cursor - height + 1), self.cursor))
        self.post_message(self.Moved())

    def refit(self) -> None:
        """Place the columns, and draw everything anew."""
        self.placed = fit(self._area.width, self.hidden)
        self.cell = max(0, min(self.cell, len(self.placed) - 1))
        self._line.cache_clear()
        self._style.cache_clear()
        self.post_message(self.Refitted(self.placed))
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines in a region. There is no border, padding or tint around them, and to find
        that out for each line, as for any widget, takes as long as drawing it."""
        top, width = self.top, self._area.width
        beyond = self.region.width - width
        strips = [self._strip(top + y, width, beyond) for y in crop.line_range]
        return [strip.crop(*crop.column_span) for strip in strips]

    def _strip(self, number: int, width: int, beyond: int) -> Strip:
        """Draw a row; `beyond` cells are under the scroll bar."""
        if number >= self.window.end or not self.placed:
            return Strip.blank(width + beyond, self._style("flow", "gap", False))
        cell = self.cell if number == self.cursor else -1
        return self._line(self.window[number], width, beyond, cell, self.has_focus)

    def notify_style_update(self) -> None:
        """Forget what was drawn in other colours."""
        super().notify_style_update()
        self._line.cache_clear()
        self._style.cache_clear()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Leave the end, or come back to it, by mouse and scroll bar as by keys."""
        super().watch_scroll_y(old_value, new_value)
        if not self._moving and round(old_value) != round(new_value):
            self.following = new_value >= self.max_scroll_y and not self.window.missing
            last = self.top + self._area.height - 1
            self.cursor = self._inside(min(max(self.cursor, self.top), last))
            self.post_message(self.Moved())

    def watch_following(self, following: bool) -> None:
        """Note where the end was left."""
        self._left_at = self.window.end

    def watch_cursor(self) -> None:
        """Show which row is selected."""
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the columns into the new width."""
        self.refit()
        self.show_from(self.top)

    def on_click(self, event: events.Click) -> None:
        """Select the row and the cell that were clicked; open at a second click."""
        number = self.top + event.y
        if number >= self.window.end:
            return
        for index, placed in enumerate(self.placed):
            if placed.left <= event.x < placed.left + placed.width:
                self.cell = index
        self.select(number)
        if event.chain == 2:
            self.action_open()

    def action_move(self, step: int) -> None:
        """Select the row above or below; below the last one is the end, which is followed."""
        if step > 0 and self.cursor + step >= self.window.end:
            self.action_follow()
        else:
            self.select(self.cursor + step)

    def action_page(self, pages: float) -> None:
        """Go up or down by pages."""
        self.action_move(round(pages * self._area.height) or 1)

    def action_first(self) -> None:
        """Go to the first row in memory."""
        self.select(self.window.first)

    def action_follow(self) -> None:
        """Ask for the newest flows."""
        self.post_message(self.EndWanted())

    def action_sideways(self, step: int) -> None:
        """Select another cell."""
        self.cell = max(0, min(self.cell + step, len(self.placed) - 1))
        self.refresh()

    def action_open(self) -> None:
        """Open the selected flow."""
        if (row := self.selected) is not None:
            self.post_message(self.Opened(row))

    def _inside(self, number: int) -> int:
        return max(self.window.first, min(number, self.window.end - 1))

    def _go(self, top: int) -> None:
        """Have row `top` at the top, or near it where the window ends."""
        last = max(0, len(self.window) - self._area.height)
        self._moving = True
        self.scroll_target_y = self.scroll_y = min(max(0, top - self.window.first), last)
        self._moving = False
        self.refresh()

    def _draw(self, row: Row, width: int, beyond: int, cell: int, focused: bool) -> Strip:
        from tui.list.rows import drawn

        cells, style = drawn(row, self.placed, width, self._clock)
        chosen = 2 * cell if cell >= 0 and focused and len(cells) > 1 else -1
        line = [
            Segment(text, self._style(style, name, cell >= 0, index == chosen))
            for index, (text, name) in enumerate(cells)
        ]
        if beyond:
            line.append(Segment(" " * beyond))
        return Strip(line, width + beyond)

    def _made_style(self, row: str, cell: str, selected: bool, chosen: bool = False) -> Style:
        names = [row, cell, *["cursor"] * selected, *["cell"] * chosen]
        made = self.get_visual_style(*(f"flow-list--{name}" for name in names)).rich_style
        if self.app.no_color:
            # Without colours the selected row is in reverse video, and its cell is not.
            made += Style(reverse=selected and not chosen)
        # A filter changes a style alike wherever it is; here it is asked once.
        for line_filter in self.get_line_filters():
            [segment] = line_filter.apply([Segment(" ", made)], self.background_colors[1])
            made = segment.style or made
        return made
