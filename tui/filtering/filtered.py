"""What all modes do with the filter: use, save, choose, copy and drop it."""

import shlex
from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.reactive import var

from tui.filtertext import FilterText, InvalidText
from tui.keys import key
from tui.looks import Looks

if TYPE_CHECKING:
    from tui.source import Source


class Filtered(Looks):
    """An application over the flows of `source` that a filter lets through."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("s", "save_filter", "filters.save", "Save the filter under a name"),
        key("o", "choose_filter", "filters.choose", "Use a saved filter"),
        key("c", "copy_command", "filters.copy", "Copy the command `observe` that shows the same"),
        key("backspace", "drop_filter", "filters.drop", "Drop the filter and range: all flows"),
    ]

    filters: var[FilterText] = var(FilterText)
    """What every mode shows the flows of."""

    def __init__(self, source: "Source", filters: FilterText) -> None:
        super().__init__()
        self.source = source
        self.set_reactive(Filtered.filters, filters)

    def use(self, filters: FilterText) -> None:
        """Show what a filter lets through, in every mode, and remember it."""
        self.filters = filters
        if filters.text:
            self.remembered.change(lambda memory: memory.used(filters.text))

    def use_text(self, text: str) -> bool:
        """Use the filter of a text; say what is wrong with one that is none, and keep the old."""
        try:
            self.use(FilterText.read(text))
        except InvalidText as error:
            self.notify(str(error), severity="error", markup=False)
            return False
        return True

    def command(self) -> str:
        """Write the command `observe` that shows the same."""
        words = shlex.join(("observe", *self.source.words))
        return " ".join(filter(None, (words, self.filters.text, *self.range_words())))

    @abstractmethod
    def range_words(self) -> tuple[str, ...]:
        """Give the options of `observe` for the range of times that is shown."""

    def action_copy_command(self) -> None:
        """Copy the command to the clipboard."""
        self.copy_to_clipboard(self.command())
        self.notify(self.command(), title="Copied", markup=False)

    @abstractmethod
    def action_drop_filter(self) -> None:
        """Show all flows."""

    def action_save_filter(self) -> None:
        """Save the filter under a name."""
        from tui.screens.ask import AskLine

        text = self.filters.text
        if not text:
            self.notify("There is no filter to save", severity="warning")
            return

        def save(name: str | None) -> None:
            if name:
                self.remembered.change(lambda memory: memory.named(name, text))

        self.push_screen(AskLine("Name of this filter", _named), save)

    def action_choose_filter(self) -> None:
        """Use a filter that was saved."""
        from tui.screens.ask import AskChoice

        saved = self.remembered.now.saved
        if not saved:
            self.notify("No filter is saved; s saves one")
            return

        def use(name: str | None) -> None:
            if name is not None:
                self.use_text(saved[name])

        question = "Saved filters: Enter uses one, Delete forgets it"
        self.push_screen(AskChoice(question, sorted(saved.items()), self._forget), use)

    def _forget(self, name: str) -> None:
        self.remembered.change(lambda memory: memory.named(name, ""))


def _named(name: str) -> None:
    if not name.strip() or not name.isprintable():
        raise ValueError("a name has at least one letter, and nothing that cannot be seen")
