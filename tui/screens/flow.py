"""One flow, with all of its fields."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer, Static

from proto.jsonlines import to_json
from proto.observer_pb2 import GetFlowsResponse


class OneFlow(Screen[None]):
    """One flow."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "back", id="flow.back")
    ]

    def __init__(self, response: GetFlowsResponse) -> None:
        super().__init__()
        self.response = response

    def compose(self) -> ComposeResult:
        """Show its JSON."""
        yield Static(to_json(self.response).decode(), markup=False)
        yield Footer()
