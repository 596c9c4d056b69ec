"""Who talks to whom: a drawing of services, and the figures of the call that is selected."""

from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from observe.map.model import LEVELS, Edge, questions
from observe.map.model import Map as Found
from tui.behind import both_ways
from tui.keys import key
from tui.map.drawing import Plan
from tui.map.figures import figures, shared, summary
from tui.map.graph import Graph, Planner, tone
from tui.map.view import MapView
from tui.screens.ranged import Ranged
from tui.widgets.choice import Choice
from tui.widgets.ranking import Ranking


class Seen(NamedTuple):
    """A map, what of it is drawn, and where."""

    found: Found
    graph: Graph
    plan: Plan


class Map(Ranged[Seen]):
    """The service map of a span of time."""

    AUTO_FOCUS = "MapView"
    BINDING_GROUP_TITLE = "Map"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("n", "level", "map.level", "Services, workloads or namespaces", footer="Names"),
        key("d", "detail", "map.detail", "More or fewer figures", footer="Detail"),
        key("escape", "nothing", "map.nothing", "Select no call"),
    ]
    DEFAULT_CSS = """
    Map {
        #level { margin: 0 0 0 2; }
        &.-narrow #top { layout: vertical; }
        &.-low #below { display: none; }
        #below { height: 7; border-top: solid $panel; }
        #call { width: 2fr; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #balance { width: 3fr; padding: 0 1; height: 6; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-high")]
        self.level = LEVELS[0]
        """What the names are of."""
        self.seen: Seen | None = None
        """What is shown."""
        self._planner = Planner()
        self._chosen: tuple[str, str] | None = None
        self._detailed: bool | None = None

    def compose_choices(self) -> ComposeResult:
        """Let choose what the names are of."""
        yield Choice(LEVELS, self.level, id="level")

    def compose_body(self) -> ComposeResult:
        """Put the drawing above, and the figures of a call beneath."""
        yield MapView()
        with Horizontal(id="below"):
            yield Static(id="call", markup=False)
            yield Ranking("Backends", id="balance")

    @property
    def edge(self) -> Edge | None:
        """The call that is selected."""
        edges = self.seen.graph.edges if self.seen else ()
        return next((edge for edge in edges if (edge.client, edge.server) == self._chosen), None)

    def ask(self) -> Seen:
        """Ask who talks to whom, and lay it out."""
        level, request = self.level, self.request()
        request.questions.extend(questions(level))
        found = Found.of(level, self.count(request))
        graph = Graph.of(found, self.seen.graph.names if self.seen else ())
        return Seen(found, graph, self._planner.plan(graph))

    def show(self, answer: Seen) -> None:
        """Draw the map; the call that was selected stays so."""
        self.seen = answer
        self._draw()
        self._describe()
        self.say_covered(answer.found.coverage, answer.graph.left_out)

    def on_resize(self) -> None:
        """Draw as many figures as there is room for."""
        self._draw()

    def _draw(self) -> None:
        if self.seen is None:
            return
        _, graph, plan = self.seen
        view = self.query_one(MapView)
        drawing = graph.draw(plan, detailed=self._detailed is not False)
        if self._detailed is None and drawing.width > view.size.width:
            drawing = graph.draw(plan, detailed=False)
        edge = self.edge
        view.draw(
            drawing,
            [tone(each) for each in graph.edges],
            [call[:2] for call in graph.calls],
            graph.edges.index(edge) if edge else None,
        )

    def _describe(self) -> None:
        """Tell of the selected call, or of the whole map."""
        if self.seen is None:
            return
        edge, found = self.edge, self.seen.found
        said = figures(edge) if edge else summary(found, self.seen.graph)
        self.query_one("#call", Static).update(said)
        balance = self.query_one("#balance", Ranking)
        balance.title, table = shared(found, edge)
        balance.tabulate(table)
        balance.refresh()

    def action_level(self) -> None:
        """Have the names be of something else."""
        self._choose_level(self.query_one("#level", Choice).after(1))

    @on(Choice.Chosen, "#level")
    def _clicked_level(self, message: Choice.Chosen) -> None:
        self._choose_level(message.name)

    def _choose_level(self, level: str) -> None:
        self.level = level
        self.query_one("#level", Choice).chosen = level
        self.action_ask_again()

    def action_detail(self) -> None:
        """Draw all figures, or rates and marks only."""
        view = self.query_one(MapView)
        fits = view.drawing.width <= view.size.width
        self._detailed = not (fits if self._detailed is None else self._detailed)
        self._draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave Escape to others where no call is selected."""
        return self._chosen is not None if action == "nothing" else True

    def action_nothing(self) -> None:
        """Select no call."""
        self.query_one(MapView).selected = None

    @on(MapView.Selected)
    def _select(self, message: MapView.Selected) -> None:
        if self.seen:
            edge = None if message.call is None else self.seen.graph.edges[message.call]
            self._chosen = (edge.client, edge.server) if edge else None
            self.refresh_bindings()
            self._describe()

    @on(MapView.Opened)
    def _open_call(self) -> None:
        if edge := self.edge:
            self.open_flows(both_ways(self.level, edge.client, edge.server))

    @on(Ranking.Opened)
    def _open_backend(self, message: Ranking.Opened) -> None:
        self.open_flows(message.row.behind)
