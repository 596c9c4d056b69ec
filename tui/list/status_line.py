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
    flows, window = screen.flows, screen.window
    behind = window.behind
    state = "▼ following" if flows.following else "▲ not following"
    if screen.paused:
        state = "❚❚ paused"
    position = f"{flows.cursor - window.first + 1:,} of {len(window):,}" if len(window) else "0"
    return [
        state,
        f"{behind:,} new, G shows them"
        if behind and not (flows.following and not screen.paused)
        else "",
        position,
        f"{screen.intake.rate.per_second():,.0f}/s",
        f"{screen.intake.lost:,} lost" if screen.intake.lost else "",
    ]
