"""The last line of every mode: the keys that matter most, as many as there is room for."""

from textual import events
from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

ALWAYS = ("way_back", "leave", "app.pop_screen", "help", "quit")
"""Actions whose keys are shown before all others: the ways out, and the one to all other keys."""

SELDOM = ("follow", "write", "command_palette")
"""Actions whose keys are shown last: they are told elsewhere too."""

AROUND = 3
"""Columns around and between a key and what it does."""


class KeyLine(Footer):
    """Shows keys in the order of their bindings; on a narrow line the less wanted are left out."""

    def compose(self) -> ComposeResult:
        """Give the keys that there is room for."""
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        room, kept = self.app.size.width, set[FooterKey]()
        for key in sorted(keys, key=_rank):
            width = len(key.key_display) + len(key.description) + AROUND
            if width <= room:
                room -= width
                kept.add(key)
        yield from (key for key in keys if key in kept)

    async def on_resize(self, event: events.Resize) -> None:
        """Choose anew."""
        await self.recompose()


def _rank(key: FooterKey) -> int:
    return 0 if key.action in ALWAYS else 2 if key.action.endswith(SELDOM) else 1
