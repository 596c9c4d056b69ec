"""The filter bar: a text of filter flags, checked and completed while it is typed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Label

from tui.filtering.menu import Menu
from tui.filtertext import FilterText, InvalidText
from tui.keys import key
from tui.source import SourceError

if TYPE_CHECKING:
    from tui.app import Palomar
    from tui.filtering.completing import Candidate, Place

HINT = "all flows; for example --from-pod shop/cart --verdict DROPPED --not --port 53"


class FilterBar(Vertical):
    """The filter, what is wrong with what is being typed, and what could stand there."""

    app: "Palomar"
    BINDING_GROUP_TITLE = "Filter bar"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "leave", "filter.leave", "Leave the filter as it was", footer="Back"),
        key(
            "tab",
            "complete(1)",
            "filter.complete",
            "Complete, or the next candidate",
            footer="Complete",
        ),
        key("shift+tab", "complete(-1)", "filter.complete_back", "The candidate before"),
        key("up", "recall(-1)", "filter.older", "The filter used before", footer="History"),
        key("down", "recall(1)", "filter.newer", "The filter used after"),
    ]
    DEFAULT_CSS = """
    FilterBar { height: auto; }
    FilterBar Horizontal { height: 1; background: $surface; }
    FilterBar .label { width: auto; padding: 0 1; color: $foreground-muted; }
    FilterBar Input { background: $surface; width: 1fr; }
    FilterBar .wrong { display: none; color: $text-error; padding: 0 1; height: 1; width: 1fr; }
    FilterBar.-wrong .wrong { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._recalled = 0
        """How many filters back in the history is shown."""
        self._live: dict[str, Sequence[str]] = {}
        """Values that the source was asked for while this text is edited, by field."""
        self._origin: Place | None = None
        """The word that candidates are offered for."""
        self._before: Widget | None = None
        """What had the focus before the filter was edited."""
        self._completed = ""
        """The text as it was completed last."""
        self._unchecked = False
        """Whether what is typed is still to be checked."""

    def compose(self) -> ComposeResult:
        """Lay out the bar."""
        with Horizontal():
            yield Label("filter", classes="label", markup=False)
            yield Input(
                self.app.filters.text, placeholder=HINT, compact=True, select_on_focus=False
            )
        yield Menu()
        yield Label("", classes="wrong", markup=False)

    @property
    def input(self) -> Input:
        """Where it is typed."""
        return self.query_one(Input)

    @property
    def menu(self) -> Menu:
        """What could stand there."""
        return self.query_one(Menu)

    def on_mount(self) -> None:
        """Show the filter, whoever changes it."""
        self.watch(self.app, "filters", self._show, init=False)

    def edit(self) -> None:
        """Edit the filter, and go back to where the focus is now when that is done."""
        self._before = self.screen.focused
        self._recalled = 0
        self._live.clear()
        self._origin = None
        # At once, so that what is typed ahead is not taken for keys of the list.
        self.screen.set_focus(self.input)
        self.input.cursor_position = len(self.input.value)

    def on_descendant_blur(self) -> None:
        """Leave the filter as it was when something else is clicked, or what stands here would not
        be what is shown. Going to another window and back is no reason.
        """
        self.call_after_refresh(self._leave_if_left)

    def _leave_if_left(self) -> None:
        focused = self.screen.focused
        if focused not in (None, self.input) and self.app.app_focus:
            self.menu.offer(())
            self._show(self.app.filters)

    @on(Input.Changed)
    def check(self, event: Input.Changed) -> None:
        """Have what is typed checked, after it is drawn, and what could stand there offered."""
        event.stop()
        if not self._unchecked:
            self._unchecked = self.call_after_refresh(self._look)

    def _look(self) -> None:
        self._unchecked = False
        self._checked(self.input.value)
        if self.input.has_focus and not self._offered:
            self._offer()

    @on(Input.Submitted)
    def use(self, event: Input.Submitted) -> None:
        """Use what was typed, if it can be."""
        event.stop()
        filters = self._checked(event.value)
        if filters is not None:
            self.app.use(filters)
            self.action_leave()

    @on(Menu.Picked)
    def pick(self, event: Menu.Picked) -> None:
        """Put a candidate in place."""
        self._put(self.menu.candidates[event.index])
        self._offer()

    def action_leave(self) -> None:
        """Leave the filter as it was."""
        self.menu.offer(())
        self._show(self.app.filters)
        self.screen.set_focus(self._before)

    def action_complete(self, step: int) -> None:
        """Choose a candidate, and put it in place; where there is one only, go on after it."""
        if not self.menu.candidates or not self._offered:
            self._offer()
        alone = len(self.menu.candidates) == 1
        if (chosen := self.menu.step(step)) is not None:
            self._put(chosen)
        if alone:
            self._offer()

    def action_recall(self, step: int) -> None:
        """Show a filter that was used before."""
        history = self.app.remembered.now.history
        back = self._recalled - step
        if 0 <= back <= len(history):
            self._recalled = back
            self._set(history[-back] if back else self.app.filters.text)

    @property
    def _offered(self) -> bool:
        """Whether the candidates are for what stands there now: keys may come faster than word of a
        change.
        """
        text = self.input.value
        return text == self._completed or (self._origin is not None and text == self._origin.text)

    def _offer(self) -> None:
        """Offer what could stand at the cursor."""
        from tui.filtering.completing import candidates, place

        self._origin = place(self.input.value, self.input.cursor_position)
        self.menu.offer(candidates(self._origin, self._values))

    def _put(self, candidate: "Candidate") -> None:
        """Put a candidate in the place of the word that it was offered for."""
        from tui.filtering.completing import completed

        assert self._origin
        text, cursor = completed(self._origin, candidate.word)
        self._completed = text
        self._set(text, cursor)

    def _set(self, text: str, cursor: int | None = None) -> None:
        self.input.value = text
        self.input.cursor_position = len(text) if cursor is None else cursor

    def _show(self, filters: FilterText) -> None:
        self._completed = filters.text
        self._set(filters.text, 0)  # of a long one its beginning is in sight

    def _values(self, field: str) -> Sequence[str]:
        """Give the values of a field, as far as they are known; the source is asked for them."""
        if field not in self._live:
            self._live[field] = ()
            self._ask(field)
        return self._live[field]

    @work(thread=True, group="values", exit_on_error=False)
    def _ask(self, field: str) -> None:
        try:
            found = self.app.source.values(field)
        except SourceError:
            return  # a person is typing, and needs no values to go on
        self.app.call_from_thread(self._know, field, found)

    def _know(self, field: str, found: Sequence[str]) -> None:
        self._live[field] = found
        if self.input.has_focus and self.menu.chosen < 0:
            self._offer()

    def _checked(self, text: str) -> FilterText | None:
        wrong = self.query_one(".wrong", Label)
        try:
            filters = FilterText.read(text)
        except InvalidText as error:
            wrong.update(str(error))
            self.add_class("-wrong")
            return None
        self.remove_class("-wrong")
        return filters
