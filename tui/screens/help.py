"""Help: what each key does, made from the bindings."""

from collections.abc import Iterable, Iterator
from typing import ClassVar, NamedTuple

from rich.table import Table
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from tui.keys import key

OURS = "tui."
"""How modules of the dashboard begin; a widget of Textual has keys that nobody need read."""

PALETTE = "command_palette"


class Key(NamedTuple):
    """A row of the help: the keys, what they do, and whether they do it at this moment."""

    keys: str
    does: str
    enabled: bool


class Help(ModalScreen[None]):
    """The keys of the screen below, by where they work."""

    BINDING_GROUP_TITLE = "Help"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"help--group", "help--key", "help--off"}
    DEFAULT_CSS = """
    Help {
        align: center middle;
        & > .help--group { color: $text-primary; text-style: bold underline; }
        & > .help--key { color: $text-accent; text-style: bold; }
        & > .help--off { color: $text-muted; }
        VerticalScroll {
            width: 76; max-width: 100%; height: auto; max-height: 100%;
            border: round $border; background: $surface; padding: 0 1;
        }
        Static { height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape,question_mark,q", "dismiss", "help.back", "Go back"),
        key("k", "scroll('up')", "help.up", "Go up"),
        key("j", "scroll('down')", "help.down", "Go down"),
        key("g", "scroll('home')", "help.top", "Go to the top"),
        key("G", "scroll('end')", "help.end", "Go to the end"),
    ]

    def compose(self) -> ComposeResult:
        """List the keys."""
        with VerticalScroll() as scroll:
            scroll.border_title = "Keys"
            scroll.border_subtitle = "esc: back"
            yield Static()

    def on_mount(self) -> None:
        """Read the bindings of the screen below."""
        below = self.app.screen_stack[-2]
        self.query_one(Static).update(self._table(list(groups(below))))
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, way: str) -> None:
        """Scroll the list."""
        getattr(self.query_one(VerticalScroll), f"scroll_{way}")()

    def _table(self, found: "list[tuple[str, list[Key]]]") -> Table:
        """Draw the groups below each other."""
        styles = {
            name: self.get_component_rich_style(f"help--{name}", partial=True)
            for name in ("group", "key", "off")
        }
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(width=16, overflow="fold")
        table.add_column(ratio=1)
        for title, keys in found:
            table.add_row("", Text(title, style=styles["group"]))
            for row in keys:
                does = Text(row.does, style="" if row.enabled else styles["off"])
                table.add_row(Text(row.keys, style=styles["key"], justify="right"), does)
            table.add_row()
        return table


def groups(screen: Screen[object]) -> Iterator[tuple[str, list[Key]]]:
    """Give the keys of a screen by where they work: the screen first, what has the focus, the other
    parts of the screen, and at last what works everywhere.
    """
    active = [each for each in screen.active_bindings.values() if _is_shown(each.binding)]
    places: dict[DOMNode, list[ActiveBinding]] = {screen: []}
    for each in active:
        places.setdefault(each.node, []).append(each)
    everywhere = places.pop(screen.app, [])
    known = {type(node) for node in places}
    for part in screen.query("*").results(Widget):
        if part.can_focus and type(part).__module__.startswith(OURS) and type(part) not in known:
            known.add(type(part))
            places[part] = [each for each in _own(part) if _is_shown(each.binding)]
    for node, bindings in (*places.items(), (screen.app, everywhere)):
        if bindings:
            yield _title(node), list(_keys(screen, bindings))


def _own(part: Widget) -> Iterator[ActiveBinding]:
    """Give the bindings of a part that has not the focus, with the keys that the user gave them."""
    bindings = part._bindings.copy()
    bindings.apply_keymap(part.app._keymap)
    for _, binding in bindings:
        yield ActiveBinding(part, binding, True, binding.tooltip)


def _is_shown(binding: Binding) -> bool:
    """Tell whether people should read of a binding: not of Textual's own, but of the palette."""
    return bool(binding.description) and (not binding.system or binding.action == PALETTE)


def _keys(screen: Screen[object], bindings: Iterable[ActiveBinding]) -> Iterator[Key]:
    """Put the keys of an action together; the last one says best what it does."""
    by_action: dict[str, list[ActiveBinding]] = {}
    for each in bindings:
        by_action.setdefault(each.binding.action, []).append(each)
    for several in by_action.values():
        names = dict.fromkeys(screen.app.get_key_display(each.binding) for each in several)
        last = several[-1]
        yield Key(" ".join(names), last.tooltip or last.binding.description, last.enabled)


def _title(node: DOMNode) -> str:
    """Name the place where bindings work."""
    everywhere = "Everywhere" if isinstance(node, App) else type(node).__name__
    return node.BINDING_GROUP_TITLE or everywhere
