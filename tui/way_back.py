"""The way back: flows that are opened from a number, a call or another flow take the place of what
was shown, and Escape leads back to that, with its filter.
"""

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import BindingType

from tui.filtering.filtered import Filtered
from tui.filtertext import FilterText, InvalidText
from tui.keys import key
from tui.list.intake import Range
from tui.screens.exporting import Exporting
from tui.screens.flows import Flows

if TYPE_CHECKING:
    from proto.observer_pb2 import GetFlowsResponse
    from tui.source import Source

MOST = 50
"""How many places are remembered; those that were left longest ago are forgotten first."""


class Place(NamedTuple):
    """What was shown: the mode, the filter, the range of the flow list, and the flow that was open
    over it, if one was.
    """

    mode: str
    filters: FilterText
    span: Range
    flow: "GetFlowsResponse | None"


class WithWayBack(Filtered):
    """An application whose flow list can be opened from elsewhere, and left again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "escape", "way_back", "back", "Go back to where these flows were opened", footer="Back"
        ),
    ]

    def __init__(self, source: "Source", filters: FilterText) -> None:
        super().__init__(source, filters)
        self._places: list[Place] = []

    @property
    def flows(self) -> Flows:
        """The flow list, whichever mode is shown."""
        found = self._screen_stacks["flows"][0]
        assert isinstance(found, Flows)
        return found

    def show_flows(
        self, filter_text: str = "", since_ns: int | None = None, until_ns: int | None = None
    ) -> None:
        """Open the flow list with a filter, over a range of times or as they come."""
        try:
            filters = FilterText.read(filter_text)
        except InvalidText as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._places = [*self._places, self._place()][-MOST:]
        self._open("flows", filters, Range(since_ns, until_ns))
        if filters.text:
            self.remembered.change(lambda memory: memory.used(filters.text))

    def range_words(self) -> tuple[str, ...]:
        """Give the options of `observe` for the range of the flow list."""
        return self.flows.intake.span.words(self.source.follows)

    def action_drop_filter(self) -> None:
        """Show all flows, as they come."""
        self._list(FilterText(), Range())

    def open_flow(self, response: "GetFlowsResponse") -> None:
        """Open one flow."""
        from tui.screens.flow import OneFlow

        self.push_screen(OneFlow(response))

    def action_mode(self, mode: str) -> None:
        """Show a mode; what is open over it is closed the second time."""
        if self.current_mode == mode:
            self._close_over()
        else:
            self.switch_mode(mode)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a way back where there is one."""
        return (
            bool(self._places) if action == "way_back" else super().check_action(action, parameters)
        )

    def action_way_back(self) -> None:
        """Go back to what was shown before these flows were opened."""
        place = self._places.pop()
        self._open(place.mode, place.filters, place.span)
        if place.flow is not None:
            self.open_flow(place.flow)

    def _place(self) -> Place:
        flows_over = self.current_mode == "flows" and self.screen is not self.flows
        over = self.screen if flows_over else None
        flow = over.selected() if isinstance(over, Exporting) else None
        return Place(self.current_mode, self.filters, self.flows.shown, flow)

    def _open(self, mode: str, filters: FilterText, span: Range) -> None:
        """Show flows in the list, and then a mode."""
        self.switch_mode("flows")
        self._close_over()
        self._list(filters, span)
        self.switch_mode(mode)
        self.refresh_bindings()

    def _list(self, filters: FilterText, span: Range) -> None:
        """Have the flow list show a range of what a filter lets through."""
        flows, same = self.flows, filters == self.filters
        flows.intake.span = span
        self.filters = filters
        if same:
            flows.read(span)

    def _close_over(self) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()
