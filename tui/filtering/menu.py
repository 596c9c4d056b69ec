"""The candidates for the word that is being typed, below the filter."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from proto.escape import escape

if TYPE_CHECKING:
    from tui.filtering.completing import Candidate

SHOWN = 8
"""How many candidates are in sight."""


class Menu(Widget):
    """Candidates, of which one may be chosen."""

    DEFAULT_CSS = """
    Menu {
        overlay: screen; constrain: none inside; display: none;
        height: auto; width: 72; background: $panel; color: $foreground; padding: 0 1;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    Menu.-open { display: block; }
    """

    chosen: reactive[int] = reactive(-1)
    """Which candidate is chosen; -1: none."""

    class Picked(Message):
        """A candidate was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self) -> None:
        super().__init__()
        self.candidates: Sequence[Candidate] = ()

    def offer(self, candidates: "Sequence[Candidate]") -> None:
        """Show these candidates, none of them chosen."""
        self.candidates = candidates
        self.chosen = -1
        self.set_class(bool(candidates), "-open")
        self.refresh(layout=True)

    def step(self, step: int) -> "Candidate | None":
        """Choose the next candidate or the one before, round and round."""
        if not self.candidates:
            return None
        start = self.chosen if self.chosen >= 0 or step > 0 else 0
        self.chosen = (start + step) % len(self.candidates)
        return self.candidates[self.chosen]

    def on_click(self, event: events.Click) -> None:
        """Take the candidate that was clicked."""
        if (index := self._first + event.y) < len(self.candidates):
            self.post_message(self.Picked(index))

    @property
    def _first(self) -> int:
        return max(0, self.chosen - SHOWN + 1)

    def render(self) -> Text:
        """Write the candidates in sight, the chosen one marked."""
        shown = self.candidates[self._first : self._first + SHOWN]
        widest = max((len(each.word) for each in shown), default=0)
        lines = []
        for index, each in enumerate(shown, self._first):
            mark = "▸ " if index == self.chosen else "  "
            style = Style(bold=True, reverse=True) if index == self.chosen else Style()
            line = Text(f"{mark}{escape(each.word):<{widest}}", style, no_wrap=True)
            lines.append(line.append(f"  {each.about}", Style(dim=True)))
        return Text("\n", no_wrap=True, overflow="ellipsis").join(lines)
