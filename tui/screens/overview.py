"""What the flows come to, in numbers: rate, verdicts, drops, HTTP, talkers, failing lookups."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from proto.aggregate_pb2 import AggregateResponse
from tui.behind import Behind
from tui.keys import key
from tui.overview.questions import answers, ask
from tui.overview.tables import TABLES, series
from tui.screens.ranged import Ranged
from tui.widgets.plot import Plot
from tui.widgets.ranking import Ranking

BROAD = ("talkers", "services")
"""The tables that are given more room where there is some."""


class Overview(Ranged[AggregateResponse]):
    """The numbers of a span of time, and the flows behind each of them."""

    AUTO_FOCUS = "Ranking"
    BINDING_GROUP_TITLE = "Overview"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("left,h", "app.focus_previous", "overview.previous", "The table before"),
        key("right,l", "app.focus_next", "overview.next", "The table after"),
    ]
    DEFAULT_CSS = """
    Overview {
        Plot { height: 6; padding: 0 1; }
        &.-high Plot { height: 11; margin: 0 0 1 0; }
        #tables { layout: grid; grid-gutter: 0 2; padding: 0 1; height: 1fr; }
        &.-high #tables { grid-gutter: 1 3; }
        &.-narrow #tables { grid-size: 2 3; }
        &.-narrow #services { column-span: 2; }
        &.-wide #tables { grid-size: 6 2; grid-rows: 2fr 3fr; }
        &.-wide #tables > * { column-span: 2; }
        &.-wide #tables > .broad { column-span: 3; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (34, "-high")]

    def compose_body(self) -> ComposeResult:
        """Put the rate above the tables."""
        yield Plot(id="rate")
        with Container(id="tables"):
            for name, (title, _) in TABLES.items():
                yield Ranking(title, id=name, classes="broad" if name in BROAD else "")

    def ask(self) -> AggregateResponse:
        """Ask everything at once."""
        span = self.span
        return self.count(ask(self.request(), span.step_seconds))

    def show(self, answer: AggregateResponse) -> None:
        """Show what was answered."""
        found, coverage = answers(answer), answer.coverage
        self.query_one(Plot).plot(series(found, coverage))
        for name, (_, table) in TABLES.items():
            self.query_one(f"#{name}", Ranking).tabulate(table(found, coverage))
        self.say_covered(coverage)

    @on(Ranking.Opened)
    def _open_row(self, message: Ranking.Opened) -> None:
        self.open_flows(message.row.behind)

    @on(Plot.Opened)
    def _open_step(self, message: Plot.Opened) -> None:
        self.open_flows([Behind(())], (message.since_ns, message.until_ns))
