"""The dashboard: its modes, what all of them share, and the ways between them."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.reactive import var

from tui.filtertext import FilterText, InvalidText
from tui.list.feed import State
from tui.memory import Remembered
from tui.screens.flows import Flows, Range

if TYPE_CHECKING:
    from textual.screen import Screen

    from proto.observer_pb2 import GetFlowsResponse
    from tui.source import Source


def _overview() -> "Screen[None]":
    from tui.screens.overview import Overview

    return Overview()


def _map() -> "Screen[None]":
    from tui.screens.map import Map

    return Map()


def _nodes() -> "Screen[None]":
    from tui.screens.nodes import Nodes

    return Nodes()


class Palomar(App[None]):
    """The dashboard over `source`."""

    TITLE = "Palomar"
    CSS_PATH = "app.tcss"
    MODES: ClassVar = {"flows": Flows, "overview": _overview, "map": _map, "nodes": _nodes}
    DEFAULT_MODE = "flows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "switch_mode('flows')", "Flows", id="mode.flows", tooltip="The flow list"),
        Binding("2", "switch_mode('overview')", "Overview", id="mode.overview", tooltip="Numbers"),
        Binding("3", "switch_mode('map')", "Map", id="mode.map", tooltip="Who talks to whom"),
        Binding("4", "switch_mode('nodes')", "Nodes", id="mode.nodes", tooltip="Nodes and health"),
        Binding("question_mark", "help", "Help", id="help", key_display="?", tooltip="All keys"),
        Binding("q", "quit", "Quit", id="quit", tooltip="Leave the dashboard"),
    ]

    filters: var[FilterText] = var(FilterText)
    """What every mode shows the flows of."""
    connection: var[State] = var(State)
    """How the connection of the flow list is."""

    def __init__(
        self,
        source: "Source",
        filters: FilterText | None = None,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        super().__init__()
        self.source = source
        self.remembered = Remembered()
        self.now_ns = now_ns
        """Gives the time, in nanoseconds since 1970, by which ages are told."""
        self.set_reactive(Palomar.filters, filters or FilterText())

    def use(self, filters: FilterText) -> None:
        """Show what a filter lets through, in every mode, and remember it."""
        self.filters = filters
        if filters.text:
            memory = self.remembered.now.used(filters.text)
            self.remembered.change(history=memory.history)

    def show_flows(
        self, filter_text: str = "", since_ns: int | None = None, until_ns: int | None = None
    ) -> None:
        """Open the flow list with a filter, over a range of times or as they come."""
        try:
            self.filters = FilterText.read(filter_text)
        except InvalidText as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.switch_mode("flows")
        flows = self.screen_stack[0]
        assert isinstance(flows, Flows)
        flows.read(Range(since_ns, until_ns))

    def open_flow(self, response: "GetFlowsResponse") -> None:
        """Open one flow."""
        from tui.screens.flow import OneFlow

        self.push_screen(OneFlow(response))

    def action_help(self) -> None:
        """Show what the keys do."""
        from tui.screens.help import Help

        self.push_screen(Help())
