"""How the dashboard looks: themes, of which the last one chosen is remembered, or no colours."""

import os

from textual.app import App

from tui.memory import Remembered
from tui.themes import DARK, NO_COLOUR, OWN


class Looks(App[None]):
    """An application with our themes, that remembers things from one run to the next."""

    def __init__(self) -> None:
        colours = "NO_COLOR" not in os.environ
        super().__init__(ansi_color=None if colours else True)
        self.remembered = Remembered()
        for theme in OWN:
            self.register_theme(theme)
        chosen = self.remembered.now.theme
        if not colours:
            self.theme = NO_COLOUR
        else:
            self.theme = chosen if chosen in self.available_themes else DARK.name

    def on_mount(self) -> None:
        """Remember the themes that are chosen from now on."""
        self.watch(self, "theme", self._remember_theme, init=False)

    def _remember_theme(self, theme: str) -> None:
        self.remembered.change(lambda memory: memory.in_theme(theme))
