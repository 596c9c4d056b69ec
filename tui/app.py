"""The dashboard: its modes, what all of them share, and the ways between them."""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.reactive import var

from tui.filtertext import FilterText
from tui.keys import key
from tui.list.feed import State
from tui.screens.flows import Flows
from tui.way_back import WithWayBack

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.screen import Screen

    from tui.source import Source


def _overview() -> "Screen[None]":
    from tui.screens.overview import Overview

    return Overview()


def _map() -> "Screen[None]":
    from tui.screens.map import Map

    return Map()


def _nodes() -> "Screen[None]":
    from tui.screens.nodes import Nodes

    return Nodes()


def _palette() -> "type[Provider]":
    from tui.palette import Commands

    return Commands


class Palomar(WithWayBack):
    """The dashboard over `source`."""

    TITLE = "Palomar"
    COMMANDS = App.COMMANDS | {_palette}
    CSS_PATH = "app.tcss"
    MODES: ClassVar = {"flows": Flows, "overview": _overview, "map": _map, "nodes": _nodes}
    DEFAULT_MODE = "flows"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("1", "mode('flows')", "mode.flows", "The flow list"),
        key("2", "mode('overview')", "mode.overview", "What the flows come to, in numbers"),
        key("3", "mode('map')", "mode.map", "Who talks to whom"),
        key("4", "mode('nodes')", "mode.nodes", "Nodes and health"),
        key("question_mark", "help", "help", "All keys", footer="Help", show="?"),
        key("q", "quit", "quit", "Leave the dashboard", footer="Quit"),
    ]

    connection: var[State] = var(State)
    """How the connection of the flow list is."""

    def __init__(
        self,
        source: "Source",
        filters: FilterText | None = None,
        now_ns: Callable[[], int] = time.time_ns,
        zone: tzinfo | None = UTC,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(source, filters or FilterText())
        self.zone = zone
        """The zone in which times are read and shown; None: that of this machine."""
        self.now_ns = now_ns
        """Gives the time, in nanoseconds since 1970, by which ages are told."""
        self.set_keymap(keys or {})

    def on_mount(self) -> None:
        """Begin in the mode that was shown last."""
        mode = self.remembered.now.mode
        if mode in self.MODES:
            self.switch_mode(mode)
        self.mode_change_signal.subscribe(self, self._remember_mode)

    def _remember_mode(self, mode: str) -> None:
        self.remembered.change(lambda memory: memory.in_mode(mode))

    def get_system_commands(self, screen: "Screen[Any]") -> Iterable[SystemCommand]:
        """Offer what Textual can do and has no key of ours."""
        wanted = ("Theme", "Screenshot")
        return [each for each in super().get_system_commands(screen) if each.title in wanted]

    def action_help_quit(self) -> None:
        """Leave the dashboard at Ctrl-C too, where no text is selected that it could copy."""
        self.exit()

    def action_help(self) -> None:
        """Show what the keys do."""
        from tui.screens.help import Help

        self.push_screen(Help())
