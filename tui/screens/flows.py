"""The flow list: what comes, filtered, with the history behind it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import reactive
from textual.widgets import Footer

from observe.printers.clock import clock
from tui.filtering.bar import FilterBar
from tui.keys import key
from tui.list.feed import Feed, State
from tui.list.flowlist import FlowList
from tui.list.heads import Heads
from tui.list.older import EDGE, older, until_ns
from tui.list.rate import Rate
from tui.list.rows import losses, parsed
from tui.list.status_line import StatusLine
from tui.list.window import Row, Window
from tui.screens.exporting import Exporting
from tui.source import SourceError
from tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from proto.observer_pb2 import GetFlowsRequest, GetFlowsResponse

PAINT_SECONDS = 0.1
"""Time between two looks at what has come."""

LAST = 1_000
"""How many stored flows are read at first."""


class Range(NamedTuple):
    """A range of times, in nanoseconds since 1970; None: open."""

    since_ns: int | None = None
    until_ns: int | None = None

    @property
    def is_live(self) -> bool:
        """Whether the newest flows are meant."""
        return self == Range()


class Flows(Exporting):
    """The flow list, its filter and its state."""

    BINDING_GROUP_TITLE = "Flows"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("slash", "filter", "flows.filter", "Edit the filter", footer="Filter", show="/"),
        key("space", "pause", "flows.pause", "Pause, or go on", footer="Pause"),
        key("r", "reload", "flows.reload", "Read anew"),
    ]

    paused: reactive[bool] = reactive(False)
    """Whether nothing is taken in."""

    def __init__(self) -> None:
        super().__init__()
        self.window = Window()
        self.span = Range()
        self.lost = 0
        """Events that the stream said are lost."""
        self.rate = Rate()
        self._feed: Feed | None = None
        self._came = 0
        self._at_oldest = False
        self._loading = False

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield TopLine()
        yield FilterBar()
        yield Heads()
        yield FlowList(self.window, clock("StampMilli"))
        yield StatusLine()
        yield Footer()

    @property
    def flows(self) -> FlowList:
        """The list."""
        return self.query_one(FlowList)

    def on_mount(self) -> None:
        """Begin once there is something to see."""
        self.flows.focus()
        self.call_after_refresh(self.read, self.span)
        self.set_interval(PAINT_SECONDS, self.tick)
        self.watch(self.app, "filters", lambda: self.read(self.span), init=False)

    def on_unmount(self) -> None:
        """Stop reading."""
        if self._feed:
            self._feed.close()

    def read(self, span: Range) -> None:
        """Read the flows of a range anew."""
        if self._feed:
            self._feed.close()
        self.span = span
        self.paused = self._at_oldest = False
        self.lost = self._came = 0
        self.window.clear()
        self.flows.following = span.is_live
        self.flows.show_from(self.window.first)
        self._feed = Feed(self.app.source, self._request)
        self._feed.start()

    def tick(self) -> None:
        """Take what has come, and show it."""
        feed = self._feed
        if feed is None:
            return
        self.app.connection = feed.state
        # Live flows are counted when they cannot be kept; what is stored can wait.
        if (self.app.source.follows and self.span.is_live) or not self.window.is_full:
            rows = feed.take()
            self._came += len(rows)
            self.rate.add(min(len(rows), max(0, self._came - LAST)))
            self.lost += losses(rows)
            self.window.offer(rows)
        if not self.paused:
            self.flows.absorb()
        self.query_one(StatusLine).tell(self)

    def selected(self) -> "GetFlowsResponse | None":
        """Give the selected row."""
        row = self.flows.selected
        return None if row is None else parsed(row)

    def listed(self) -> "Iterable[GetFlowsResponse]":
        """Give the rows in memory."""
        from proto.observer_pb2 import GetFlowsResponse

        return map(GetFlowsResponse.FromString, self.window.rows())

    def action_filter(self) -> None:
        """Go to the filter."""
        self.query_one(FilterBar).edit()

    def action_pause(self) -> None:
        """Pause, or go on."""
        self.paused = not self.paused
        if not self.paused and self.flows.following:
            self.to_end()

    def action_reload(self) -> None:
        """Read anew."""
        self.read(self.span)

    @on(FlowList.EndWanted)
    def to_end(self) -> None:
        """Go to the newest flows, and follow; read anew where some in between were given up."""
        self.paused = False
        if self.window.missing or not self.span.is_live:
            self.read(Range())
        else:
            self.flows.follow()

    @on(FlowList.Opened)
    def open_flow(self, event: FlowList.Opened) -> None:
        """Open a flow."""
        self.app.open_flow(parsed(event.row))

    @on(FlowList.Refitted)
    def place_heads(self, event: FlowList.Refitted) -> None:
        """Write the heads where the columns stand."""
        self.query_one(Heads).place(event.placed)

    @on(FlowList.Moved)
    def look_back(self) -> None:
        """Load older flows when the first ones in memory are in sight."""
        flows, window = self.flows, self.window
        near = flows.top - window.first < flows.size.height
        bounded = self.span.until_ns is not None
        if not near or self._at_oldest or self._loading or bounded or not len(window):
            return
        rows = [window[window.first + index] for index in range(min(EDGE, len(window)))]
        until = until_ns(rows)
        if until is not None:
            self._loading = True
            self._load_older(until)

    @work(thread=True, group="older", exit_on_error=False)
    def _load_older(self, until: int) -> None:
        feed, rows, failed = self._feed, list[Row](), ""
        try:
            rows = older(self.app.source, self.app.filters, until)
        except SourceError as error:
            failed = str(error)
        self.app.call_from_thread(self._put_older, feed, rows, failed)

    def _put_older(self, feed: Feed | None, rows: list[Row], failed: str) -> None:
        """Put older flows before the others, unless something else is read by now."""
        self._loading = False
        if failed:
            self.notify(failed, severity="warning", markup=False)
        elif feed is self._feed:
            flows = self.flows
            top = flows.top
            keep = max(top + flows.size.height, flows.cursor)
            self._at_oldest = not self.window.put_before(rows, keep)
            flows.show_from(top)

    def _request(self) -> "GetFlowsRequest":
        from proto.observer_pb2 import GetFlowsRequest
        from proto.timestamps import from_ns

        filters, span = self.app.filters, self.span
        request = GetFlowsRequest(whitelist=filters.allow, blacklist=filters.deny)
        request.follow = self.app.source.follows and span.until_ns is None
        if span.is_live and request.follow:
            request.number = LAST
        if span.since_ns is not None:
            request.since.CopyFrom(from_ns(span.since_ns))
        if span.until_ns is not None:
            request.until.CopyFrom(from_ns(span.until_ns))
        return request

    def state(self) -> State:
        """Say how reading goes."""
        return self._feed.state if self._feed else State()
