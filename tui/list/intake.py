"""What is read for the flow list: a range of times under a filter, counted as it comes."""

from itertools import dropwhile
from typing import TYPE_CHECKING, NamedTuple

from tui.filtertext import FilterText
from tui.list.feed import Feed, State
from tui.list.rate import Rate
from tui.list.window import Window
from tui.source import Source

if TYPE_CHECKING:
    from proto.observer_pb2 import GetFlowsRequest

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

    def words(self, follows: bool) -> tuple[str, ...]:
        """Give the options of `observe` that show the same range, of a source that `follows`."""
        from proto.timestamps import from_ns

        words: list[str] = []
        for option, ns in (("--since", self.since_ns), ("--until", self.until_ns)):
            words += () if ns is None else (option, from_ns(ns).ToJsonString())
        return (*words, "--follow") if follows and self.until_ns is None else tuple(words)


class Intake:
    """Fills `window` with flows of `source`."""

    def __init__(self, source: Source, window: Window) -> None:
        self.source = source
        self.window = window
        self.filters = FilterText()
        self.span = Range()
        self.lost = 0
        """Events that the stream said are lost."""
        self.rate = Rate()
        self.feed: Feed | None = None
        """What is being read; another one each time."""
        self._came = 0

    @property
    def state(self) -> State:
        """How reading goes."""
        return self.feed.state if self.feed else State()

    @property
    def reads_live(self) -> bool:
        """Whether the newest flows are read, as they come."""
        return self.source.follows and self.span.is_live

    def begin(self, filters: FilterText, span: Range) -> None:
        """Read the flows of a range anew."""
        self.close()
        self.filters, self.span = filters, span
        self.lost = self._came = 0
        self.window.clear()
        self.feed = Feed(self.source, self._request)
        self.feed.start()

    def take(self) -> None:
        """Offer the window what has come. Live flows that find no room are counted; what is stored
        can wait.
        """
        if self.feed is None or (self.window.is_full and not self.reads_live):
            return
        from tui.list.rows import is_state, losses

        rows = self.feed.take()
        if not (self.reads_live or self._came):
            # How nodes are now has no place above flows of another time.
            rows = list(dropwhile(is_state, rows))
        self._came += len(rows)
        self.rate.add(min(len(rows), max(0, self._came - LAST)))
        self.lost += losses(rows)
        self.window.offer(rows)

    def close(self) -> None:
        """Stop reading."""
        if self.feed:
            self.feed.close()

    def _request(self) -> "GetFlowsRequest":
        from proto.observer_pb2 import GetFlowsRequest
        from proto.timestamps import from_ns

        span = self.span
        request = GetFlowsRequest(whitelist=self.filters.allow, blacklist=self.filters.deny)
        request.follow = self.source.follows and span.until_ns is None
        if self.reads_live:
            request.number = LAST
        if span.since_ns is not None:
            request.since.CopyFrom(from_ns(span.since_ns))
        if span.until_ns is not None:
            request.until.CopyFrom(from_ns(span.until_ns))
        return request
