"""The line below the flow list: whether it follows, how much there is, how fast it comes."""

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widget import Widget

if TYPE_CHECKING:
    from tui.screens.flows import Flows


class StatusLine(Widget):
    """What the flow list is doing."""

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $panel; color: $text; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._said = ""

    def tell(self, screen: "Flows") -> None:
        """Say how it stands; draw only what is new."""
        said = " · ".join(filter(None, _parts(screen)))
        if said != self._said:
            self._said = said
            self.refresh()

    def render(self) -> Text:
        """Write the line."""
        return Text(f" {self._said}", no_wrap=True, overflow="ellipsis")


def _parts(screen: "Flows") -> list[str]:
    flows, window, intake = screen.flows, screen.window, screen.intake
    position = flows.cursor - window.first + 1 if len(window) else 0
    return [
        _state(screen),
        _behind(screen),
        f"flow {position:,} of {len(window):,} in memory",
        f"{intake.rate.per_second():,.0f}/s" if intake.source.follows else "",
        f"{intake.lost:,} lost" if intake.lost else "",
    ]


def _state(screen: "Flows") -> str:
    if screen.paused:
        return "❚❚ paused"
    if screen.flows.following:
        return "▼ following" if screen.intake.source.follows else "▼ at the end"
    return "▲ not following" if screen.intake.span.is_live else "▲ from a time on"


def _behind(screen: "Flows") -> str:
    """Say how much there is below that has not been seen, and what leads there."""
    if screen.paused:
        return f"{screen.window.behind:,} new, space goes on" if screen.window.behind else ""
    if screen.flows.following or not screen.flows.fresh:
        return ""
    return f"{screen.flows.fresh:,} new, G goes there"
