"""The first line of every mode: the modes, the source, and how the connection is."""

from time import monotonic
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from proto.escape import escape
from tui.list.feed import Phase, State

if TYPE_CHECKING:
    from tui.app import Palomar

MODES = (("1", "flows"), ("2", "overview"), ("3", "map"), ("4", "nodes"))

SIGNS = {
    Phase.CONNECTING: "○",
    Phase.READING: "●",
    Phase.LOST: "✗",
    Phase.FAILED: "✗",
    Phase.ENDED: "■",
}


def told(state: State, name: str, now: float) -> str:
    """Say in a few words how the connection to `name` is; `now` by `time.monotonic`."""
    sign, name = SIGNS[state.phase], escape(name)
    if state.phase is Phase.LOST:
        left = max(0.0, (state.retry_at or now) - now)
        # What is most wanted first: on a narrow line the end is cut.
        return f"{sign} lost, trying again in {left:.0f} s: {name}: {escape(state.reason)}"
    if state.phase is Phase.FAILED:
        return f"{sign} {escape(state.reason)}"
    words = {Phase.CONNECTING: "connecting to ", Phase.ENDED: "read "}
    return f"{sign} {words.get(state.phase, '')}{name}"


class TopLine(Widget):
    """Modes on the left, of which one is current; the source on the right."""

    app: "Palomar"
    DEFAULT_CSS = """
    TopLine { height: 1; background: $panel; color: $text; link-style: none; }
    TopLine.-lost { background: $error; color: $text; }
    """

    def on_mount(self) -> None:
        """Follow the connection; a countdown moves by itself."""
        self.watch(self.app, "connection", self._changed)
        self.set_interval(0.5, self._count_down)

    def _changed(self) -> None:
        self.set_class(self.app.connection.phase in (Phase.LOST, Phase.FAILED), "-lost")
        self.refresh()

    def _count_down(self) -> None:
        if self.app.connection.retry_at is not None:
            self.refresh()

    def render(self) -> Text:
        """Write the line."""
        line = Text(" ", no_wrap=True, overflow="crop")
        for number, name in MODES:
            current = self.app.current_mode == name
            style = Style(bold=current, reverse=current) + Style.from_meta(
                {"@click": f"app.mode('{name}')"}
            )
            line.append(f" {number} {name.capitalize()} ", style)
        right = told(self.app.connection, self.app.source.name, monotonic())
        room = self.size.width - line.cell_len - 2
        said = Text(right, no_wrap=True)
        said.truncate(max(0, room), overflow="ellipsis")
        line.append(" " * max(1, room + 1 - said.cell_len))
        line.append_text(said)
        return line
