"""The flow list: what comes, filtered, with the history behind it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import reactive

from tui.filtering.bar import FilterBar
from tui.keys import key
from tui.list.columns import COLUMNS
from tui.list.feed import Feed
from tui.list.flowlist import FlowList
from tui.list.heads import Heads
from tui.list.intake import Intake, Range
from tui.list.older import EDGE, older, until_ns
from tui.list.status_line import StatusLine
from tui.list.window import Row, Window
from tui.screens.exporting import Exporting
from tui.source import SourceError
from tui.widgets.key_line import KeyLine
from tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from proto.observer_pb2 import GetFlowsResponse
    from tui.filtering.narrowing import Words

PAINT_SECONDS = 0.1
"""Time between two looks at what has come."""


class Flows(Exporting):
    """The flow list, its filter and its state."""

    AUTO_FOCUS = "FlowList"
    BINDING_GROUP_TITLE = "Flows"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("slash", "filter", "flows.filter", "Edit the filter", footer="Filter", show="/"),
        key("f", "narrow", "flows.narrow", "Show only what has this cell", footer="Only this"),
        key("x", "leave_out", "flows.leave_out", "Leave out what has this cell", footer="Not this"),
        key("space", "pause", "flows.pause", "Pause, or go on", footer="Pause"),
        key("t", "jump", "flows.jump", "Jump to a time", footer="Time"),
        key("n", "failure(1)", "flows.next_failure", "Go to the next drop, error or loss"),
        key("N", "failure(-1)", "flows.last_failure", "Go to the drop, error or loss before"),
        key("C", "columns", "flows.columns", "Choose the columns"),
        key("r", "reload", "flows.reload", "Read anew"),
    ]

    paused: reactive[bool] = reactive(False)
    """Whether nothing is taken in."""

    def __init__(self) -> None:
        super().__init__()
        self.window = Window()
        self.intake = Intake(self.app.source, self.window)
        self._at_oldest = False
        self._loading = False

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield TopLine()
        yield FilterBar()
        yield Heads()
        yield FlowList(self.window, self.app.zone)
        yield StatusLine()
        yield KeyLine()

    @property
    def shown(self) -> Range:
        """The range of what is shown: of the newest flows, once they are left, from the row at the
        top on.
        """
        from tui.list.places import time_from

        span = self.intake.span
        left = span.is_live and not self.flows.following
        return Range(time_from(self.window, self.flows.top)) if left else span

    @property
    def flows(self) -> FlowList:
        """The list."""
        return self.query_one(FlowList)

    def on_mount(self) -> None:
        """Begin once there is something to see."""
        self.flows.hidden = tuple(self.app.remembered.now.hidden)
        self.flows.focus()
        self.watch(self.app, "filters", self._filtered, init=False)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        if self.intake.feed is None:
            self.read(self.intake.span)
        self.set_interval(PAINT_SECONDS, self.tick)

    def _filtered(self) -> None:
        self.read(self.intake.span)

    def on_unmount(self) -> None:
        """Stop reading."""
        self.intake.close()

    def read(self, span: Range) -> None:
        """Read the flows of a range anew."""
        self.paused = self._at_oldest = False
        self.intake.begin(self.app.filters, span)
        self.flows.following = span.is_live
        self.flows.cursor = self.window.first
        self.flows.show_from(self.window.first)

    def tick(self) -> None:
        """Take what has come, and show it."""
        self.app.connection = self.intake.state
        self.intake.take()
        if not self.paused:
            self.flows.absorb()
        self.query_one(StatusLine).tell(self)

    def selected(self) -> "GetFlowsResponse | None":
        """Give the selected row."""
        from tui.list.rows import parsed

        row = self.flows.selected
        return None if row is None else parsed(row)

    def listed(self) -> "Iterable[GetFlowsResponse]":
        """Give the rows in memory."""
        from proto.observer_pb2 import GetFlowsResponse

        return map(GetFlowsResponse.FromString, self.window.rows())

    def action_filter(self) -> None:
        """Go to the filter."""
        self.query_one(FilterBar).edit()

    def action_narrow(self) -> None:
        """Show only flows that have what is in the selected cell."""
        from tui.filtering.narrowing import narrowed

        if words := self._words():
            self.app.use_text(narrowed(self.app.filters.text, words))

    def action_leave_out(self) -> None:
        """Leave out flows that have what is in the selected cell."""
        from tui.filtering.narrowing import without

        if words := self._words():
            self.app.use_text(without(self.app.filters.text, words))

    def _words(self) -> "Words":
        words = self.flows.words()
        if not words:
            said = "There is no filter for this cell; ← → select another one"
            self.notify(said, severity="warning")
        return words

    def action_pause(self) -> None:
        """Pause, or go on."""
        self.paused = not self.paused
        if not self.paused and self.flows.following:
            self.to_end()

    def action_reload(self) -> None:
        """Read anew."""
        self.read(self.intake.span)

    def action_jump(self) -> None:
        """Jump to a time."""
        from tui.list.jumping import EXAMPLES, read_jump
        from tui.list.places import time_from
        from tui.screens.ask import AskLine

        def read(text: str) -> int:
            now_ns, near_ns = self.app.now_ns(), time_from(self.window, self.flows.cursor)
            return read_jump(text, now_ns, now_ns if near_ns is None else near_ns, self.app.zone)

        def jump(text: str | None) -> None:
            if text is not None:
                self.jump(read(text))

        self.app.push_screen(AskLine(f"Jump to a time, or so long ago: {EXAMPLES}", read), jump)

    def jump(self, ns: int) -> None:
        """Go to a time, in nanoseconds since 1970; read from there on what is not in memory."""
        from tui.list.places import at_time

        number = at_time(self.window, ns)
        if number is None or (number == self.window.end and self.window.missing):
            self.read(Range(since_ns=ns))
        else:
            self.flows.select(number)
            self.flows.show_from(number)

    def action_failure(self, step: int) -> None:
        """Go to the next flow that did not get through, or to the one before."""
        from tui.list.places import next_failure

        number = next_failure(self.window, self.flows.cursor, step)
        if number is None:
            self.notify(f"No drop, error or loss {'after' if step > 0 else 'before'} this")
        else:
            self.flows.select(number)

    def action_columns(self) -> None:
        """Choose the columns."""
        from tui.screens.ask import AskSeveral

        def choose(names: list[str] | None) -> None:
            if names:
                hidden = [each.name for each in COLUMNS if each.name not in names]
                self.flows.hidden = tuple(hidden)
                self.flows.refit()
                self.app.remembered.change(lambda memory: memory.without_columns(hidden))

        shown = [(each.name, each.name not in self.flows.hidden) for each in COLUMNS]
        self.app.push_screen(AskSeveral("Columns, where there is room for them", shown), choose)

    @on(FlowList.EndWanted)
    def to_end(self) -> None:
        """Go to the newest flows, and follow; read anew where some in between were given up. A
        range that ends is not left: its last flows are the newest.
        """
        self.paused = False
        ends = self.intake.span.until_ns is not None
        if not ends and (self.window.missing or not self.intake.span.is_live):
            self.read(Range())
        else:
            self.flows.follow()

    @on(FlowList.Opened)
    def open_flow(self, event: FlowList.Opened) -> None:
        """Open a flow; there is no more to a loss or a node's state than its row says."""
        from tui.list.rows import parsed

        response = parsed(event.row)
        if response.HasField("flow"):
            self.app.open_flow(response)

    @on(FlowList.Refitted)
    def place_heads(self, event: FlowList.Refitted) -> None:
        """Write the heads where the columns stand."""
        self.query_one(Heads).place(event.placed)

    @on(FlowList.Moved)
    def look_back(self) -> None:
        """Load older flows when the first ones in memory are in sight."""
        flows, window = self.flows, self.window
        near = flows.top - window.first < flows.size.height
        bounded = self.intake.span.until_ns is not None
        if not near or self._at_oldest or self._loading or bounded or not len(window):
            return
        until = until_ns([window[window.first + index] for index in range(min(EDGE, len(window)))])
        if until is not None:
            self._loading = True
            self._load_older(until)

    @work(thread=True, group="older", exit_on_error=False)
    def _load_older(self, until: int) -> None:
        feed, rows, failed = self.intake.feed, list[Row](), ""
        try:
            rows = older(self.app.source, self.intake.filters, until)
        except SourceError as error:
            failed = str(error)
        self.app.call_from_thread(self._put_older, feed, rows, failed)

    def _put_older(self, feed: Feed | None, rows: list[Row], failed: str) -> None:
        """Put older flows before the others, unless something else is read by now."""
        self._loading = False
        if failed:
            self.notify(failed, severity="warning", markup=False)
        elif feed is self.intake.feed:
            flows = self.flows
            top = flows.top
            keep = max(top + flows.size.height, flows.cursor)
            self._at_oldest = not self.window.put_before(rows, keep)
            flows.show_from(top)
