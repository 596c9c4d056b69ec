"""One flow: its fields or its JSON, and the way of its connection or request over all hops."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.markup import escape as as_text
from textual.reactive import reactive
from textual.widgets import Static
from textual.worker import get_current_worker

from observe.printers.clock import clock
from observe.printers.compact import CompactPrinter
from observe.printers.style import Style
from proto.escape import escape
from proto.observer_pb2 import GetFlowsRequest, GetFlowsResponse
from proto.related import Related, around, find
from proto.selection import event_ns
from tui.flow.panes import Pane
from tui.flow.way import Way, heading
from tui.flow.words import words
from tui.keys import key
from tui.screens.exporting import Exporting
from tui.source import SourceError
from tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from tui.source import Stream

WIDE = 120
"""Columns from which on the fields and the way are side by side."""


class OneFlow(Exporting):
    """One flow. The cursor on the way chooses the flow whose fields are shown."""

    BINDING_GROUP_TITLE = "One flow"
    DEFAULT_CSS = """
    OneFlow {
        #line { height: auto; max-height: 4; padding: 0 1; background: $panel; }
        #parts { layout: vertical; height: 1fr; }
        Pane, Way { border: round $foreground 30%; height: 1fr; min-height: 5; }
        Pane:focus, Way:focus { border: round $border; height: 2fr; }
        &.-wide #parts { layout: horizontal; }
        &.-wide Pane { width: 2fr; height: 100%; }
        &.-wide Way { width: 3fr; height: 100%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "app.pop_screen", "flow.back", "Go back to the list", footer="Back"),
        key("r", "raw", "flow.raw", "Show the JSON, or the fields again", footer="JSON"),
        key("f", "narrow", "flow.narrow", "List the flows of its connection", footer="List"),
        key("tab", "app.focus_next", "flow.next", "Go to the fields, or to the way", footer="Part"),
    ]

    raw: reactive[bool] = reactive(False)
    """Whether the JSON is shown instead of the fields."""

    def __init__(self, response: GetFlowsResponse) -> None:
        super().__init__()
        self._opened = response
        self._shown = response
        self._stream: Stream | None = None

    def compose(self) -> ComposeResult:
        """Lay out the flow in a line, its fields, and its way."""
        yield Static(id="line", markup=False)
        with Container(id="parts"):
            yield Pane()
            yield Way()
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the flow, and look for what belongs to it."""
        self._draw()
        self.query_one(Way).focus()
        self._begin()

    def on_unmount(self) -> None:
        """Look no further."""
        if self._stream is not None:
            self._stream.close()

    def on_resize(self) -> None:
        """Put the parts side by side where there is room."""
        self.set_class(self.size.width >= WIDE, "-wide")

    def selected(self) -> GetFlowsResponse:
        """Give the flow that is shown."""
        return self._shown

    def listed(self) -> Sequence[GetFlowsResponse]:
        """Give all flows of the way."""
        return [hop.response for hop in self.query_one(Way).hops] or [self._shown]

    def watch_raw(self) -> None:
        """Show the other."""
        if self.is_mounted:
            self._draw()

    def action_raw(self) -> None:
        """Show the JSON instead of the fields, or the fields again."""
        self.raw = not self.raw

    def action_narrow(self) -> None:
        """List the flows of the connection under the cursor, around its time."""
        hop = self.query_one(Way).hop
        if hop is None or not (text := words(hop)):
            self.notify("it names no connection", severity="warning")
            return
        self.app.show_flows(text, *around(event_ns(hop.response)))

    @on(Way.RowSelected)
    def follow(self) -> None:
        """Find what belongs to the flow under the cursor."""
        self._opened = self._shown
        self._begin()

    @on(Way.RowHighlighted)
    def _moved(self) -> None:
        """Show the flow that the cursor is on."""
        hop = self.query_one(Way).hop
        if hop is not None and hop.response is not self._shown:
            self._shown = hop.response
            self._draw()

    def _draw(self) -> None:
        zone = self.app.zone
        line = CompactPrinter(Style(clock=clock(zone=zone), node_name=True)).flow(self._shown)
        self.query_one("#line", Static).update(Text(line.rstrip("\n"), overflow="fold"))
        pane = self.query_one(Pane)
        if self.raw:
            pane.show_json(self._shown)
        else:
            pane.show_fields(self._shown, clock("RFC3339Nano", zone))
        pane.scroll_home(animate=False)

    def _begin(self) -> None:
        self.query_one(Way).border_title = "Way: looking for the other flows …"
        self._look(self._opened)

    @work(thread=True, exclusive=True, group="related")
    def _look(self, response: GetFlowsResponse) -> None:
        """Find what belongs together; it may take as long as the source takes."""
        worker = get_current_worker()
        try:
            found: Related | str = find(response, self._ask)
        except SourceError as error:
            found = str(error)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._found, found)

    def _ask(self, request: GetFlowsRequest) -> Iterator[Sequence[GetFlowsResponse]]:
        self._stream = self.app.source.flows(request)
        return iter(self._stream)

    def _found(self, found: Related | str) -> None:
        """Show the way, or why it cannot be found."""
        way = self.query_one(Way)
        if isinstance(found, str):
            way.border_title = as_text(f"Way: {escape(found)}")
            return
        way.border_title = as_text(f"Way: {heading(found)}")
        way.show(found.hops)
