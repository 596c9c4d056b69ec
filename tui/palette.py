"""The command palette: everything that has a key on this screen, and the filters that are kept."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape as unmarked

from proto.escape import escape

if TYPE_CHECKING:
    from tui.app import Palomar

RECENT = 10
"""How many of the filters used last are offered."""


class Command(NamedTuple):
    """What can be done: a line about it, what is written beneath, and how it is done."""

    about: str
    beneath: str
    run: Callable[[], Any]


class Commands(Provider):
    """Everything that has a key here; filters that were saved, and those used last."""

    async def discover(self) -> Hits:
        """Offer everything."""
        for command in self._commands():
            shown = Content(command.about)
            yield DiscoveryHit(shown, command.run, command.about, unmarked(command.beneath))

    async def search(self, query: str) -> Hits:
        """Offer what fits a text."""
        matcher = self.matcher(query)
        for command in self._commands():
            if score := matcher.match(command.about):
                # What could be markup is shown as it is, without what was found in it.
                markup = "[" in command.about
                shown = Content(command.about) if markup else matcher.highlight(command.about)
                yield Hit(score, shown, command.run, command.about, unmarked(command.beneath))

    def _commands(self) -> Iterator[Command]:
        app = cast("Palomar", self.app)
        # Each binding once, however many keys it has.
        active = {each.binding.id: each for each in self.screen.active_bindings.values()}
        # What the last line shows is wanted most, and moving about has keys that everybody knows.
        offered = sorted(active.items(), key=lambda each: not each[1].binding.show)
        for name, (node, binding, *_) in offered:
            if binding.tooltip and name:
                run = partial(app.run_action, binding.action, node)
                yield Command(binding.tooltip, app.get_key_display(binding), run)
        memory = app.remembered.now
        for name, text in sorted(memory.saved.items()):
            yield Command(f"Filter: {escape(name)}", escape(text), partial(app.use_text, text))
        for text in reversed(memory.history[-RECENT:]):
            yield Command(f"Filter: {escape(text)}", "used before", partial(app.use_text, text))
