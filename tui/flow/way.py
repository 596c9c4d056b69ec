"""The way of a connection or request: a line for each hop, with the time since the one before."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.widgets import DataTable

from observe.figures import span
from proto import describe
from proto.hops import Hop
from proto.related import MOST, Related
from proto.selection import event_ns
from tui.keys import key
from tui.list.cells import ARROWS, MARKS, UNKNOWN, Mark

COLUMNS = ("", "since", "after", "where", "", "seen as", "verdict", "summary", "ends", "node")

LONGEST = 160
"""Characters of a cell that are shown."""

LONGEST_KIND = 17
"""Characters that are shown of what it was seen as: `dns-request proxy`."""


class Way(DataTable[Text]):
    """The hops, in order; the cursor is on the flow whose fields are shown."""

    BINDING_GROUP_TITLE = "Way"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"way--{mark.style}" for mark in (*MARKS.values(), UNKNOWN)
    }
    DEFAULT_CSS = """
    Way {
        & > .way--forwarded { color: $text-success; }
        & > .way--dropped { color: $text-error; text-style: bold; }
        & > .way--error { color: $text-error; text-style: bold underline; }
        & > .way--audit { color: $text-warning; }
        & > .way--redirected { color: $text-secondary; }
        & > .way--other { color: $foreground-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "enter",
            "select_cursor",
            "way.from",
            "Find what belongs to this hop",
            footer="From here",
        ),
        key("up,k", "cursor_up", "way.up", "Go to the hop before"),
        key("down,j", "cursor_down", "way.down", "Go to the next hop"),
        key("home,g", "scroll_top", "way.first", "Go to the first hop"),
        key("end,G", "scroll_bottom", "way.last", "Go to the last hop"),
        key("left,h", "scroll_left", "way.left", "Go to the left"),
        key("right,l", "scroll_right", "way.right", "Go to the right"),
    ]

    def __init__(self) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True, cell_padding=1)
        self.hops: Sequence[Hop] = ()

    def show(self, hops: Sequence[Hop]) -> None:
        """Show hops, the cursor on the chosen one."""
        self.hops = hops
        self.clear(columns=True)
        for name in COLUMNS:
            self.add_column(Text(name))
        for hop, cells in zip(hops, lines(hops), strict=True):
            self.add_row(*self._styled(hop, cells))
        chosen = next(number for number, hop in enumerate(hops) if hop.chosen)
        self.move_cursor(row=chosen, scroll=False)
        self.call_after_refresh(self._centre)

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self.call_after_refresh(self._centre)

    @property
    def hop(self) -> Hop | None:
        """The hop under the cursor."""
        return self.hops[self.cursor_row] if self.cursor_row < len(self.hops) else None

    def _centre(self) -> None:
        """Have the cursor in the middle."""
        self.scroll_to(y=self.cursor_row - self.size.height // 2, animate=False, force=True)

    def _styled(self, hop: Hop, cells: Sequence[str]) -> list[Text]:
        """Colour the verdict."""
        style = self.get_component_rich_style(f"way--{_mark(hop).style}", partial=True)
        return [
            Text(cell, style=style if name == "verdict" else "", no_wrap=True)
            for name, cell in zip(COLUMNS, cells, strict=True)
        ]


def lines(hops: Sequence[Hop]) -> Iterator[tuple[str, ...]]:
    """Give the cells of each hop."""
    first = next((ns for hop in hops if (ns := event_ns(hop.response)) is not None), None)
    for hop in hops:
        flow, ns = hop.response.flow, event_ns(hop.response)
        yield (
            "▶" if hop.chosen else "",
            "?" if ns is None or first is None else span(ns - first),
            _after(hop),
            hop.place,
            ARROWS[hop.reply],
            _cut(describe.kind(flow), LONGEST_KIND),
            f"{_mark(hop).sign} {describe.verdict(flow)}",
            _cut(describe.summary(flow)),
            _cut(" → ".join(describe.ends(flow))),
            _cut(describe.escape(flow.node_name)),
        )


def heading(related: Related) -> str:
    """Say how many flows there are, and how long it all took."""
    hops = related.hops
    times = [ns for hop in hops if (ns := event_ns(hop.response)) is not None]
    nodes = len({hop.response.flow.node_name for hop in hops})
    said = ["1 flow alone" if len(hops) == 1 else f"{len(hops)} flows"]
    if len(times) > 1:
        said[0] += f" in {span(max(times) - min(times))}"
    if nodes > 1:
        said.append(f"{nodes} nodes, ~ between two clocks")
    if related.more:
        said.append(f"the {MOST} nearest on each side, there are more")
    return "; ".join(said)


def _after(hop: Hop) -> str:
    """Say how long after the hop before; what lies between two clocks is marked."""
    if hop.gap_ns is None:
        return ""
    return f"{'~' if hop.crosses else '+'}{span(hop.gap_ns)}"


def _mark(hop: Hop) -> Mark:
    return MARKS.get(hop.response.flow.verdict, UNKNOWN)


def _cut(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
