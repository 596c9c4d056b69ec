"""A screen of numbers over a span of time, within the filter, each with the flows behind it."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Label

from proto.aggregate_pb2 import AggregateCoverage, AggregateRequest, AggregateResponse
from proto.escape import escape
from proto.observer_pb2 import GetFlowsRequest
from proto.timestamps import from_ns, to_ns
from tui.behind import Behind, texts
from tui.filtering.bar import FilterBar
from tui.filtertext import FilterText
from tui.keys import key
from tui.quantities import clock, count
from tui.screens.counting import Counting
from tui.source import SourceError
from tui.span import SPANS, Span, keep_to_known
from tui.widgets.choice import Choice
from tui.widgets.key_line import KeyLine
from tui.widgets.top_line import TopLine

Result = TypeVar("Result")

FIRST = "15m"
"""The span shown at first."""


class Ranged(Counting[Result], Generic[Result]):
    """Numbers of the last minutes of a source; of a file, the last ones that it has flows of."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("slash", "filter", "counting.filter", "Edit the filter", footer="Filter", show="/"),
        key("left_square_bracket", "span(-1)", "counting.shorter", "A shorter span", show="["),
        key(
            "right_square_bracket",
            "span(1)",
            "counting.longer",
            "A longer span",
            footer="Span",
            show="[ ]",
        ),
    ]
    DEFAULT_CSS = """
    Ranged {
        #top { height: auto; }
        #choices { width: auto; height: 1; }
        #top > FilterBar { width: 1fr; }
        #coverage {
            height: 1;
            width: 1fr;
            color: $foreground-muted;
            padding: 0 1;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        &.-stale #coverage { color: $text-warning; text-style: bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.coverage = AggregateCoverage()
        """What the numbers shown rest on."""
        self.span = next(span for span in SPANS if span.name == FIRST)
        """The span chosen."""

    def compose(self) -> ComposeResult:
        """Put the spans above, and what the numbers rest on beneath."""
        yield TopLine()
        with Horizontal(id="top"):
            with Horizontal(id="choices"):
                yield Choice([span.name for span in SPANS], self.span.name, id="span")
                yield from self.compose_choices()
            yield FilterBar()
        yield from self.compose_body()
        yield Label(id="coverage", markup=False)
        yield KeyLine()

    def compose_choices(self) -> ComposeResult:
        """Give what else there is to choose."""
        yield from ()

    def compose_body(self) -> ComposeResult:
        """Give what shows the numbers."""
        yield from ()

    def action_filter(self) -> None:
        """Go to the filter."""
        self.query_one(FilterBar).edit()

    def action_span(self, by: int) -> None:
        """Choose a longer or a shorter span."""
        self._choose_span(SPANS[max(0, min(SPANS.index(self.span) + by, len(SPANS) - 1))])

    @on(Choice.Chosen, "#span")
    def _clicked(self, message: Choice.Chosen) -> None:
        self._choose_span(next(span for span in SPANS if span.name == message.name))

    def _choose_span(self, span: Span) -> None:
        self.span = span
        self.query_one("#span", Choice).chosen = span.name
        self.action_ask_again()

    def request(self) -> AggregateRequest:
        """Make a request about the flows of the span and the filter, without a question yet."""
        filters, span = self.app.filters, self.span
        request = AggregateRequest(whitelist=filters.allow, blacklist=filters.deny)
        end_ns = self._newest_ns() if span.seconds else None
        if end_ns is not None:
            since_ns = span.since_ns(end_ns)
            assert since_ns is not None
            request.since.CopyFrom(from_ns(since_ns))
            request.until.CopyFrom(from_ns(end_ns))
        return request

    def _newest_ns(self) -> int | None:
        """Give where the span ends: now, or at the last flow of a file."""
        source = self.app.source
        if source.follows:
            return self.app.now_ns()
        coverage = source.aggregate(AggregateRequest()).coverage
        return to_ns(coverage.until) if coverage.HasField("until") else None

    def count(self, request: AggregateRequest) -> AggregateResponse:
        """Ask. What is counted begins with the oldest flow known, and ends when it is now."""
        response = self.app.source.aggregate(request)
        keep_to_known(response.coverage, self.app.now_ns())
        return response

    def say_covered(self, coverage: AggregateCoverage, left_out: str = "") -> None:
        """Say what the numbers rest on, what is missing in them, and what is not shown."""
        self.coverage = coverage
        said = (left_out, *_facts(coverage, self.app.zone))
        self.query_one("#coverage", Label).update(" · ".join(filter(None, said)))

    def open_flows(self, ways: Sequence[Behind], range_ns: "tuple[int, int] | None" = None) -> None:
        """Open the flow list with the flows of the first way that finds any in the range.

        Without a range, it is that of the numbers shown.
        """
        filters, coverage = self.app.filters, self.coverage
        since_ns, until_ns = range_ns or (to_ns(coverage.since), to_ns(coverage.until))
        self.run_worker(
            lambda: self._open(list(ways), filters, since_ns, until_ns),
            thread=True,
            group="open",
        )

    def _open(
        self, ways: Sequence[Behind], filters: FilterText, since_ns: int, until_ns: int
    ) -> None:
        try:
            said = texts(ways, filters)
            found = next((each for each in said if self._any(each, since_ns, until_ns)), None)
        except SourceError as error:
            self.app.call_from_thread(self.app.notify, str(error), severity="error", markup=False)
            return
        self.app.call_from_thread(self._opened, found, since_ns, until_ns)

    def _any(self, filter_text: str, since_ns: int, until_ns: int) -> bool:
        """Tell whether the source still has a flow of a filter and a range."""
        filters = FilterText.read(filter_text)
        request = GetFlowsRequest(whitelist=filters.allow, blacklist=filters.deny, number=1)
        request.since.CopyFrom(from_ns(since_ns))
        request.until.CopyFrom(from_ns(until_ns))
        flows = self.app.source.flows(request)
        try:
            return any(response.HasField("flow") for batch in flows for response in batch)
        finally:
            flows.close()

    def _opened(self, found: str | None, since_ns: int, until_ns: int) -> None:
        """Go to the flows, and say so where some or all of them are no longer stored."""
        oldest = self.coverage.oldest_flow
        gone = self.coverage.HasField("oldest_flow") and since_ns < to_ns(oldest)
        kept = f"the oldest flow kept is of {clock(to_ns(oldest), self.app.zone)}" if gone else ""
        if found is None:
            said = f"These flows have left the rings: {kept}" if kept else "No such flow is stored"
            self.app.notify(said, severity="warning", markup=False)
            return
        if kept:
            self.app.notify(f"Some have left the rings: {kept}", markup=False)
        self.app.show_flows(found, since_ns, until_ns)


def _facts(coverage: AggregateCoverage, zone: tzinfo | None) -> list[str]:
    """Put what the numbers rest on in words, what matters most first."""
    facts = [escape(coverage.missing)] if coverage.missing else []
    facts.append(f"{count(coverage.flows)} flows")
    if coverage.HasField("since") and coverage.HasField("until"):
        facts[-1] += (
            f" from {clock(to_ns(coverage.since), zone)} to {clock(to_ns(coverage.until), zone)}"
        )
    if coverage.rolled_up:
        facts.append("whole minutes")
    if coverage.HasField("oldest_flow") and to_ns(coverage.oldest_flow) > to_ns(coverage.since):
        facts.append(f"kept from {clock(to_ns(coverage.oldest_flow), zone)} on")
    return facts
