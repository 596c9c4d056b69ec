"""Where to write flows: asks for a path, and writes them while the dashboard goes on."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from proto.escape import escape
from proto.observer_pb2 import GetFlowsResponse
from tui.export import ENDINGS, Exists, ExportError, Zone, save
from tui.keys import key


class Save(ModalScreen[None]):
    """Asks for a path; a file that exists is replaced only if that is confirmed."""

    BINDING_GROUP_TITLE = "Write to a file"
    DEFAULT_CSS = """
    Save {
        align: center middle;
        Vertical {
            width: 72; max-width: 100%; height: auto;
            border: round $border; background: $surface; padding: 0 1;
        }
        Static { height: auto; color: $text-muted; }
        Static.-failed { color: $text-error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "dismiss", "save.back", "Go back without writing"),
    ]

    def __init__(
        self, name: str, flows: Callable[[], Iterable[GetFlowsResponse]], zone: Zone
    ) -> None:
        super().__init__()
        self._zone = zone
        self._name = name
        self._flows = flows
        self._exists = ""
        """The path that was asked about."""

    def compose(self) -> ComposeResult:
        """Ask."""
        with Vertical() as box:
            box.border_title = "Write the listed flows to"
            yield Input(self._name, select_on_focus=False)
            yield Static(f"Enter writes, Esc leaves it; {', '.join(ENDINGS)}", markup=False)

    @on(Input.Submitted)
    def begin(self, event: Input.Submitted) -> None:
        """Write; the second time over what exists."""
        self._tell("writing …")
        self._save(event.value, self._flows(), replace=event.value == self._exists)

    @work(thread=True, exclusive=True, group="save")
    def _save(self, name: str, flows: Iterable[GetFlowsResponse], replace: bool) -> None:
        try:
            number = save(name, flows, replace, self._zone)
        except Exists as error:
            self.app.call_from_thread(self._ask, name, str(error))
        except ExportError as error:
            self.app.call_from_thread(self._tell, str(error), failed=True)
        else:
            self.app.call_from_thread(self._done, f"{number:,} flows written to {name}")

    def _ask(self, name: str, said: str) -> None:
        """Ask whether to replace a file."""
        self._exists = name
        self._tell(f"{said}: Enter again replaces it, Esc leaves it", failed=True)

    def _tell(self, said: str, failed: bool = False) -> None:
        line = self.query_one(Static)
        line.update(escape(said))
        line.set_class(failed, "-failed")

    def _done(self, said: str) -> None:
        self.app.notify(escape(said), markup=False)
        if self.is_current:
            self.dismiss()
