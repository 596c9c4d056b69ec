"""A short table of what is most: a row each, its figures, and a bar for its share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from proto.escape import escape
from tui.behind import Behind
from tui.blocks import bar
from tui.clusters import middle_cut
from tui.keys import key

BAR = 12
"""Columns of a bar, where there is room for one."""

SHORTEST = 16
"""Columns that a name has at least; figures at the right give way."""

EASY = 26
"""Columns that a long name has beside a bar."""

ARROW, AND = " → ", " · "
"""Stand between two names."""


@dataclass(frozen=True, slots=True)
class Row:
    """A name as strangers wrote it, its figures, its share of the greatest, how it is meant.

    `tone` is "", "drop", "error" or "good"; `behind` says which flows it counts.
    """

    name: str
    figures: tuple[str, ...]
    share: float = 0
    tone: str = ""
    behind: tuple[Behind, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under the headings of their figures; `nothing` stands where there are no rows."""

    headings: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    nothing: str = "nothing"


class Ranking(Widget, can_focus=True):
    """Shows a `Table` under its title; Enter, or a click on the row chosen, asks for its flows."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"ranking--{part}"
        for part in ("title", "heading", "cursor", "bar", "drop", "error", "good", "nothing")
    }
    DEFAULT_CSS = """
    Ranking {
        height: 1fr;
        & > .ranking--title { text-style: bold; }
        & > .ranking--heading { color: $foreground-muted; }
        & > .ranking--nothing { color: $foreground-muted; }
        & > .ranking--bar { color: $primary; }
        & > .ranking--good { color: $success; }
        & > .ranking--error { color: $warning; }
        & > .ranking--drop { color: $error; }
        & > .ranking--cursor {
            background: $block-cursor-blurred-background;
            text-style: bold;
        }
        &:focus > .ranking--title { color: $accent; text-style: bold underline; }
    }
    """
    BINDING_GROUP_TITLE = "Table"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "open", "ranking.open", "The flows of the row", footer="Flows"),
        key("up,k", "move(-1)", "ranking.up", "The row above"),
        key("down,j", "move(1)", "ranking.down", "The row below"),
        key("home,g", "move(-10000)", "ranking.first", "The first row"),
        key("end,G", "move(10000)", "ranking.last", "The last row"),
    ]

    cursor = reactive(0)
    """The row chosen."""

    @dataclass
    class Opened(Message):
        """The flows of a row are asked for."""

        row: Row

    def __init__(self, title: str, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.title = title
        self.table = Table(nothing="")

    def tabulate(self, table: Table) -> None:
        """Show other rows; the cursor stays on the name where it was."""
        if table == self.table:
            return
        named = [row.name for row in table.rows]
        chosen = self.chosen
        self.table = table
        if chosen and chosen.name in named:
            self.cursor = named.index(chosen.name)
        self.refresh()

    @property
    def chosen(self) -> Row | None:
        """The row under the cursor."""
        rows = self.table.rows
        return rows[min(self.cursor, len(rows) - 1)] if rows else None

    def validate_cursor(self, at: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(at, len(self.table.rows) - 1))

    def action_move(self, by: int) -> None:
        """Choose another row."""
        self.cursor += by

    def action_open(self) -> None:
        """Ask for the flows of the row."""
        if self.chosen and self.chosen.behind:
            self.post_message(self.Opened(self.chosen))

    def on_click(self, event: events.Click) -> None:
        """Choose the row under the pointer; the second time, ask for its flows."""
        place = event.get_content_offset(self)
        at = place.y - 1 + self._first if place and place.y else -1
        if 0 <= at < len(self.table.rows):
            if at == self.cursor and event.chain > 1:
                self.action_open()
            self.cursor = at

    @property
    def _first(self) -> int:
        """The row at the top: what is chosen is seen."""
        return max(0, min(self.cursor, len(self.table.rows) - 1) - (self.size.height - 2))

    def render_line(self, y: int) -> Strip:
        """Draw the title, or a row."""
        if y == 0:
            return self._title()
        at = self._first + y - 1
        if at < len(self.table.rows):
            return self._row(self.table.rows[at], chosen=self.has_focus and at == self.cursor)
        said = self.table.nothing if y == 1 else ""
        return self._strip([(f"  {said}", "nothing")])

    def _title(self) -> Strip:
        widths = self._widths()
        headings = "".join(
            f"{text:>{width}}" for text, width in zip(self.table.headings, widths, strict=False)
        )
        left = self.size.width - len(headings) - self._bar_room()
        hidden = len(self.table.rows) - (self.size.height - 1)
        more = f" +{hidden}" if hidden > 0 else ""
        title = middle_cut(self.title, max(left - len(more) - 1, 0))
        beside = max(left - cell_len(title), 0)
        return self._strip([(title, "title"), (f"{more:<{beside}}{headings}", "heading")])

    def _row(self, row: Row, chosen: bool) -> Strip:
        widths = self._widths()
        left = self.size.width - sum(widths) - self._bar_room() - 2
        figures = "".join(
            f"{text:>{width}}" for text, width in zip(row.figures, widths, strict=False)
        )
        parts = [
            ("▸ " if chosen else "  ", ""),
            (set_cell_size(shortened(escape(row.name), left), max(left, 0)), row.tone),
            (figures, ""),
        ]
        if self._bar_room():
            parts.append((f"  {bar(row.share, BAR):<{BAR}}", row.tone or "bar"))
        return self._strip(parts, "cursor" if chosen else "")

    def _bar_room(self) -> int:
        longest = max((cell_len(escape(row.name)) for row in self.table.rows), default=EASY)
        left = self.size.width - sum(self._widths()) - BAR - 4
        return BAR + 2 if left >= min(longest, EASY) and self.table.rows else 0

    def _widths(self) -> list[int]:
        """Give the widths of the figures that there is room for, the first ones first."""
        lines = [self.table.headings, *(row.figures for row in self.table.rows)]
        widths: list[int] = []
        for texts in zip(*lines, strict=True):
            wide = max(map(len, texts)) + 2
            if sum(widths) + wide > self.size.width - SHORTEST - 2:
                break
            widths.append(wide)
        return widths

    def _strip(self, parts: Sequence[tuple[str, str]], over: str = "") -> Strip:
        base = self.get_component_rich_style(f"ranking--{over}") if over else self.rich_style
        strip = Strip(Segment(text, base + self._style(name, over)) for text, name in parts if text)
        return strip.adjust_cell_length(self.size.width, base)

    def _style(self, name: str, over: str) -> Style:
        if not name:
            return Style()
        style = self.get_component_rich_style(f"ranking--{name}", partial=True)
        return style.without_color if over and self.app.no_color else style


def shortened(text: str, width: int) -> str:
    """Cut what is wider than so many cells: first a namespace, then the middle, for the ends of a
    name say most.
    """
    if cell_len(text) <= width:
        return text
    for sign in (ARROW, AND):
        one, sign, other = text.partition(sign)
        if sign:
            room = max(width - len(sign), 2)
            first = max(room // 2, room - cell_len(_own(other)))
            one = shortened(one, first)
            return f"{one}{sign}{shortened(other, room - cell_len(one))}"
    return middle_cut(_own(text), width)


def _own(name: str) -> str:
    """Leave a namespace out."""
    return name.rpartition("/")[2] or name
