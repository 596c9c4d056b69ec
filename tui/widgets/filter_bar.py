"""The filter bar: the text of filter flags, checked while it is typed."""

from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from tui.filtertext import FilterText, InvalidText

if TYPE_CHECKING:
    from tui.app import Palomar


class FilterBar(Vertical):
    """The filter, and what is wrong with what is being typed."""

    app: "Palomar"
    DEFAULT_CSS = """
    FilterBar { height: auto; }
    FilterBar Horizontal { height: 1; }
    FilterBar .label { width: auto; padding: 0 1; color: $text-muted; }
    FilterBar Input { border: none; height: 1; padding: 0; background: $surface; width: 1fr; }
    FilterBar .wrong { display: none; color: $text-error; padding: 0 1; height: 1; }
    FilterBar.-wrong .wrong { display: block; }
    """

    def compose(self) -> ComposeResult:
        """Lay out the bar."""
        with Horizontal():
            yield Static("filter", classes="label", markup=False)
            yield Input(
                self.app.filters.text,
                placeholder="all flows; / to filter: --from-pod shop/cart --verdict DROPPED",
                compact=True,
            )
        yield Static("", classes="wrong", markup=False)

    def focus_input(self) -> None:
        """Edit the filter."""
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Check what is typed."""
        self._checked(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Use what was typed, if it can be."""
        filters = self._checked(event.value)
        if filters is not None:
            self.app.filters = filters
            self.screen.set_focus(None)
            self.screen.focus_next("FlowList")

    def _checked(self, text: str) -> FilterText | None:
        wrong = self.query_one(".wrong", Static)
        try:
            filters = FilterText.read(text)
        except InvalidText as error:
            wrong.update(Text(str(error), no_wrap=True, overflow="ellipsis"))
            self.add_class("-wrong")
            return None
        self.remove_class("-wrong")
        return filters
