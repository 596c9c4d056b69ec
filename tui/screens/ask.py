"""Questions over the screen: one for a line of text, one for a choice."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList, SelectionList
from textual.widgets.option_list import Option

from tui.keys import key


class AskLine(ModalScreen[str | None]):
    """Asks for a line; `check` raises ValueError for what cannot be taken. Gives None at Escape."""

    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "dismiss", "ask.cancel", "Cancel")]

    def __init__(self, question: str, check: Callable[[str], object], line: str = "") -> None:
        super().__init__()
        self.question = question
        self._check = check
        self._line = line

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical(classes="box"):
            yield Label(self.question, markup=False)
            yield Input(self._line, compact=True)
            yield Label("", classes="wrong", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the line, or say what is wrong with it."""
        try:
            self._check(event.value)
        except ValueError as error:
            self.query_one(".wrong", Label).update(str(error))
        else:
            self.dismiss(event.value)


class AskChoice(ModalScreen[str | None]):
    """Asks for one of several; each is a name and what stands beside it. Gives the name, or None.

    `forget` is called with a name that is to be no choice any more.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "dismiss", "choose.cancel", "Cancel"),
        key("delete,x", "forget", "choose.forget", "Forget this one"),
    ]

    def __init__(
        self,
        question: str,
        choices: Sequence[tuple[str, str]],
        forget: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self.question = question
        self._choices = choices
        self._forget = forget

    def compose(self) -> ComposeResult:
        """Lay out the choices."""
        widest = max((len(name) for name, _ in self._choices), default=0)
        with Vertical(classes="box"):
            yield Label(self.question, markup=False)
            yield OptionList(
                *(
                    Option(Text(f"{name:<{widest}}  {beside}"), id=str(index))
                    for index, (name, beside) in enumerate(self._choices)
                )
            )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give the name of the choice."""
        self.dismiss(self._choices[int(event.option.id or 0)][0])

    def action_forget(self) -> None:
        """Take the choice under the cursor away."""
        options = self.query_one(OptionList)
        if self._forget is None or options.highlighted is None:
            return
        option = options.get_option_at_index(options.highlighted)
        options.remove_option_at_index(options.highlighted)
        self._forget(self._choices[int(option.id or 0)][0])


class AskSeveral(ModalScreen[list[str] | None]):
    """Asks for some of several names, each with whether it is chosen now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "dismiss", "several.cancel", "Cancel"),
        key("enter", "take", "several.take", "Take these"),
    ]

    def __init__(self, question: str, names: Sequence[tuple[str, bool]]) -> None:
        super().__init__()
        self.question = question
        self._names = names

    def compose(self) -> ComposeResult:
        """Lay out the names."""
        with Vertical(classes="box"):
            yield Label(self.question, markup=False)
            yield Names(*((Text(name), name, chosen) for name, chosen in self._names))
            yield Label("Space chooses, Enter takes these", markup=False)

    def action_take(self) -> None:
        """Give the chosen names."""
        self.dismiss(self.query_one(Names).selected)


class Names(SelectionList[str]):
    """Names to choose; Enter is left to the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.take", "several.take", "Take these"),
        key("down,j", "cursor_down", "several.down", "Down"),
        key("up,k", "cursor_up", "several.up", "Up"),
    ]
