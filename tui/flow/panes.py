"""The fields of a flow, and its JSON, for reading."""

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from proto.describe_events import Clock
from proto.observer_pb2 import GetFlowsResponse
from tui.flow.fields import groups
from tui.flow.pretty import pretty
from tui.keys import key

LABEL_WIDTH = 22
"""Columns that a label has; a longer one is folded."""


class Pane(VerticalScroll):
    """A text that scrolls."""

    BINDING_GROUP_TITLE = "Fields and JSON"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"pane--group", "pane--label"}
    DEFAULT_CSS = """
    Pane {
        & > .pane--group { color: $text-primary; text-style: bold; }
        & > .pane--label { color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("up,k", "scroll_up", "pane.up", "Go up"),
        key("down,j", "scroll_down", "pane.down", "Go down"),
        key("home,g", "scroll_home", "pane.top", "Go to the top"),
        key("end,G", "scroll_end", "pane.end", "Go to the end"),
        key("pageup,ctrl+b,ctrl+u", "page_up", "pane.page_up", "Go up a page"),
        key("pagedown,ctrl+f,ctrl+d", "page_down", "pane.page_down", "Go down a page"),
    ]

    def compose(self) -> ComposeResult:
        """Make room for the text."""
        yield Static(markup=False)

    def show_fields(self, response: GetFlowsResponse, clock: Clock) -> None:
        """Show the fields of a flow; `clock` writes times."""
        self.border_title = "Fields"
        title = self.get_component_rich_style("pane--group", partial=True)
        label = self.get_component_rich_style("pane--label", partial=True)
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(width=LABEL_WIDTH, overflow="fold")
        table.add_column(ratio=1, overflow="fold")
        for name, rows in groups(response, clock).items():
            table.add_row(Text(name, style=title), "")
            for row in rows:
                table.add_row(Text(f"  {row.label}", style=label), Text(row.text))
        self.query_one(Static).update(table)

    def show_json(self, response: GetFlowsResponse) -> None:
        """Show a response as JSON."""
        self.border_title = "JSON"
        self.query_one(Static).update(Text(pretty(response), overflow="fold"))
