"""The line below the flow list: whether it follows, how much there is, how fast it comes."""

from datetime import tzinfo
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widget import Widget

from tui.quantities import clock

if TYPE_CHECKING:
    from tui.list.intake import Range
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
        f"{intake.rate.per_second():,.0f}/s" if intake.reads_live else "",
        f"{intake.lost:,} lost" if intake.lost else "",
    ]


def _state(screen: "Flows") -> str:
    if screen.paused:
        return "❚❚ paused"
    span, following = screen.intake.span, screen.flows.following
    times = "" if span.is_live else _range(span, screen.app.zone)
    if following and span.until_ns is None and screen.intake.source.follows:
        return f"▼ following {times}".rstrip()
    if following:
        return f"▼ at the end {times}".rstrip()
    return f"▲ {times or 'not following'}"


def _range(span: "Range", zone: tzinfo | None) -> str:
    """Say which times are shown, where they are not those up to now."""
    since = "" if span.since_ns is None else f"from {clock(span.since_ns, zone)} "
    return since + ("on" if span.until_ns is None else f"to {clock(span.until_ns, zone)}")


def _behind(screen: "Flows") -> str:
    """Say how much there is below that has not been seen, and what leads there."""
    if screen.paused:
        return f"{screen.window.behind:,} new, space goes on" if screen.window.behind else ""
    if screen.flows.following or not screen.flows.fresh:
        return ""
    if screen.intake.span.until_ns is not None or not screen.intake.source.follows:
        return f"{screen.flows.fresh:,} more below"
    new = "new" if screen.intake.span.is_live else "more"
    return f"{screen.flows.fresh:,} {new}, G goes to the newest"
