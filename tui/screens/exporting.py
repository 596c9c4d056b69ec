"""A screen whose flows can be copied, and written to a file."""

from abc import abstractmethod
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.screen import Screen

from tui.keys import key

if TYPE_CHECKING:
    from proto.observer_pb2 import GetFlowsResponse
    from tui.app import Palomar


class Exporting(Screen[None]):
    """A screen with flows: one that is selected, and all that are listed."""

    app: "Palomar"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "copy('compact')", "export.line", "Copy the selected flow as a line"),
        key("Y", "copy('jsonpb')", "export.json", "Copy the selected flow as JSON"),
        key("ctrl+y", "copy('csv')", "export.csv", "Copy the selected flow as CSV"),
        key("w", "write", "export.write", "Write all listed flows to a file", footer="Write"),
    ]

    @abstractmethod
    def selected(self) -> "GetFlowsResponse | None":
        """Give the selected flow."""

    @abstractmethod
    def listed(self) -> "Iterable[GetFlowsResponse]":
        """Give all flows as they are listed at this moment; it is read in a thread."""

    def action_copy(self, output: str) -> None:
        """Copy the selected flow in a format of `observe`."""
        from tui.export import ExportError, text_of

        response = self.selected()
        if response is None or not response.HasField("flow"):
            self.notify("no flow is selected", severity="warning")
            return
        try:
            text = text_of(output, [response], self.app.zone)
        except ExportError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.app.copy_to_clipboard(text.rstrip("\r\n"))
        self.notify(f"copied as {NAMES[output]}")

    def action_write(self) -> None:
        """Ask for the name of a file, and write all listed flows to it."""
        from proto.timestamps import SECOND
        from tui.screens.save import Save

        seconds = self.app.now_ns() // SECOND
        name = datetime.fromtimestamp(seconds, UTC).strftime("flows-%Y%m%d-%H%M%S.jsonl")
        self.app.push_screen(Save(name, self.listed, self.app.zone))


NAMES = {"compact": "a line", "jsonpb": "JSON", "csv": "CSV"}
