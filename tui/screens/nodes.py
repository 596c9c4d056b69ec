"""Nodes, rings and the relay: whether everything that should be seen is seen."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Label, Static

from tui.behind import texts
from tui.filtertext import FilterText
from tui.health.asking import Health, ask
from tui.health.tables import nodes, relay, rings
from tui.screens.counting import Counting
from tui.widgets.key_line import KeyLine
from tui.widgets.ranking import Ranking
from tui.widgets.top_line import TopLine


class Nodes(Counting[Health]):
    """The health of what observes the nodes."""

    AUTO_FOCUS = "#nodes"
    BINDING_GROUP_TITLE = "Nodes"
    DEFAULT_CSS = """
    Nodes {
        #health { height: 9; padding: 1 1 0 1; }
        #relay { width: 1fr; padding: 0 2 0 0; text-wrap: nowrap; text-overflow: ellipsis; }
        #rings { width: 2fr; }
        #nodes { padding: 0 1; }
    }
    """

    def compose(self) -> ComposeResult:
        """Put the relay and its rings above the nodes."""
        yield TopLine()
        with Horizontal(id="health"):
            yield Static(id="relay", markup=False)
            yield Ranking("Rings", id="rings")
        yield Ranking("Nodes", id="nodes")
        yield Label(id="coverage", markup=False)
        yield KeyLine()

    def ask(self) -> Health:
        """Ask for everything that tells of health."""
        return ask(self.app.source, self.app.now_ns())

    def show(self, answer: Health) -> None:
        """Show it."""
        source = self.app.source
        said = relay(answer, source.name, source.follows, self.app.zone)
        self.query_one("#relay", Static).update(said)
        self.query_one("#rings", Ranking).tabulate(rings(answer, source.follows))
        self.query_one("#nodes", Ranking).tabulate(nodes(answer))
        self.query_one("#coverage", Label).update(answer.coverage.missing)

    @on(Ranking.Opened)
    def _open_node(self, message: Ranking.Opened) -> None:
        """Show the flows of a node as they come."""
        self.app.show_flows(next(texts(message.row.behind, FilterText())))
