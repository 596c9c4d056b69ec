"""A screen of numbers that the source is asked for again and again, and the flows behind them."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual import on
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Label

from proto.escape import escape
from tui.keys import key
from tui.quantities import clock
from tui.source import SourceError

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.app import Palomar

Result = TypeVar("Result")

EVERY = 2.0
"""Seconds from one answer to the next question."""


class Counting(Screen[None], Generic[Result]):
    """Asks in a thread while it is on show, and shows each answer; the last one stays.

    What the source says is asked by `ask`, which may wait, and shown by `show`.
    """

    app: "Palomar"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("r", "ask_again", "counting.again", "Ask again at once")
    ]

    @dataclass
    class Answered(Message):
        """An answer came to the question of this number, or what went wrong."""

        number: int
        answer: Any
        failure: str = ""

    def __init__(self) -> None:
        super().__init__()
        self.answered_ns: int | None = None
        """When the last answer came."""
        self._asked = 0
        self._waiting = False
        self._timer: Timer | None = None

    @abstractmethod
    def ask(self) -> Result:
        """Ask the source; SourceError where it does not answer. Runs in a thread."""

    @abstractmethod
    def show(self, answer: Result) -> None:
        """Show an answer."""

    def on_mount(self) -> None:
        """Begin to ask when the filter changes."""
        self.watch(self.app, "filters", self.action_ask_again, init=False)

    def on_screen_resume(self) -> None:
        """Ask at once, and from then on again and again where flows keep coming."""
        self.action_ask_again()
        if self.app.source.follows and self._timer is None:
            self._timer = self.set_interval(EVERY, self._ask_if_idle)
        elif self._timer:
            self._timer.resume()

    def on_screen_suspend(self) -> None:
        """Ask no more while another screen is on show."""
        if self._timer:
            self._timer.pause()

    def action_ask_again(self) -> None:
        """Ask at once; an answer to an earlier question is not waited for any more."""
        if self.is_current:
            self._asked += 1
            self._waiting = True
            number = self._asked
            self.run_worker(lambda: self._ask(number), thread=True, group="ask")

    def _ask_if_idle(self) -> None:
        if not self._waiting:
            self.action_ask_again()

    def _ask(self, number: int) -> None:
        try:
            self.post_message(self.Answered(number, self.ask()))
        except SourceError as error:
            self.post_message(self.Answered(number, None, str(error)))

    @on(Answered)
    def _show(self, message: Answered) -> None:
        """Show the answer to the latest question."""
        if message.number != self._asked:
            return
        self._waiting = False
        self.set_class(bool(message.failure), "-stale")
        if message.failure:
            self.say_missing(message.failure)
        else:
            self.answered_ns = self.app.now_ns()
            with self.app.batch_update():
                self.show(message.answer)

    def say_missing(self, failure: str) -> None:
        """Say that no answer came, and how old what is shown is."""
        since = (
            f"; shown as of {clock(self.answered_ns, self.app.zone)}" if self.answered_ns else ""
        )
        self.query_one("#coverage", Label).update(f"{escape(failure)}{since}")
