"""What all modes share: keys, filters that are kept, the palette, what is remembered."""

import pkgutil
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.command import CommandPalette
from textual.widgets import Input, OptionList

import tui
from tests.command_lines import parse
from tests.factories import NOON_NS, event
from tests.tui.listing import flows, listed, live
from tests.tui.scenes import dashboard, file_of, until
from tui.app import Palomar
from tui.filtertext import FilterText
from tui.memory import Memory, Remembered
from tui.screens.ask import AskChoice, AskLine
from tui.screens.help import Help


@pytest.mark.parametrize(
    ("key", "mode"), [("1", "flows"), ("2", "overview"), ("3", "map"), ("4", "nodes")]
)
async def test_each_mode_has_a_key_and_is_remembered(key: str, mode: str, tmp_path: Path) -> None:
    source = file_of(tmp_path, event())
    async with dashboard(source) as pilot:
        await pilot.press(key)
        assert pilot.app.current_mode == mode
    async with dashboard(source) as pilot:
        await until(pilot, lambda: pilot.app.current_mode == mode)


async def test_help_and_leaving_have_keys(tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, event()), 1) as (pilot, _):
        await pilot.press("question_mark")
        assert isinstance(pilot.app.screen, Help)
        await pilot.press("escape", "q")
    assert pilot.app.return_code == 0


async def test_filters_are_saved_used_dropped_and_forgotten(tmp_path: Path) -> None:
    text = "--verdict FORWARDED"
    async with listed(file_of(tmp_path, event()), 1, text) as (pilot, screen):
        app = screen.app
        await pilot.press("s")
        assert isinstance(app.screen, AskLine)
        await pilot.press("enter")  # a name is wanted
        await pilot.press(*"all", "enter")
        assert app.remembered.now.saved == {"all": text}
        await pilot.press("backspace")
        assert app.filters == FilterText()
        await pilot.press("o", "enter")
        assert app.filters.text == text
        await pilot.press("o")
        assert isinstance(app.screen, AskChoice)
        await pilot.press("delete", "escape")
        assert Remembered().now.saved == {}


async def test_nothing_is_saved_where_there_is_no_filter(tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, event()), 1) as (pilot, screen):
        await pilot.press("s", "o")
        assert pilot.app.screen is screen


async def test_the_command_that_shows_the_same_is_copied(tmp_path: Path) -> None:
    source = file_of(tmp_path, event())
    async with listed(source, 1, "--from-pod cilium-test/ --not --http-path 'a b'") as (pilot, _):
        await pilot.press("c")
        copied = pilot.app.clipboard
    assert copied == (
        f"observe --input-file {shlex.quote(source.name)} "
        "--from-pod cilium-test/ --not --http-path 'a b'"
    )
    parse(shlex.split(copied))


async def test_of_a_server_the_command_follows_or_has_the_range(tmp_path: Path) -> None:
    async with live(tmp_path, flows(3)) as (pilot, screen, _):
        assert screen.app.command() == "observe --server relay --follow"
        screen.app.show_flows("--verdict FORWARDED", NOON_NS, NOON_NS + 500_000_000)
        await pilot.press("c")
        assert pilot.app.clipboard == (
            "observe --server relay --verdict FORWARDED"
            " --since 2025-10-13T16:30:59.023Z --until 2025-10-13T16:30:59.523Z"
        )
        parse(shlex.split(pilot.app.clipboard))


async def test_ctrl_c_leaves(tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, event()), 1) as (pilot, _):
        await pilot.press("ctrl+c")
    assert pilot.app.return_code == 0


async def test_the_key_of_a_mode_closes_what_is_open_over_it(tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, event()), 1) as (pilot, screen):
        await pilot.press("enter")
        assert pilot.app.screen_stack[1:]
        await pilot.press("1")
        assert pilot.app.screen_stack == [screen]


async def test_the_palette_has_what_has_a_key_and_what_is_kept(tmp_path: Path) -> None:
    Remembered().change(lambda memory: Memory(saved={"[/x]": "--port 80"}))
    async with listed(file_of(tmp_path, event()), 1) as (pilot, screen):
        await pilot.press("ctrl+p", *"pause")
        assert isinstance(pilot.app.screen, CommandPalette)
        await until(
            pilot, lambda: len(pilot.app.screen.query_one("CommandList", OptionList).options) == 1
        )
        await pilot.press("enter")
        await until(pilot, lambda: screen.paused)
        await pilot.press("ctrl+p", *"[/x]")
        await until(
            pilot, lambda: len(pilot.app.screen.query_one("CommandList", OptionList).options) == 1
        )
        await pilot.press("enter")
        await until(pilot, lambda: screen.app.filters.text == "--port 80")


async def test_a_theme_is_remembered(tmp_path: Path) -> None:
    source = file_of(tmp_path, event())
    async with dashboard(source) as pilot:
        pilot.app.theme = "palomar-contrast"
        await pilot.pause()
    assert Palomar(source).theme == "palomar-contrast"


async def test_keys_can_be_changed(tmp_path: Path) -> None:
    app = Palomar(file_of(tmp_path, event()), keys={"flows.pause": "p", "mode.map": "m"})
    async with app.run_test() as pilot:
        await pilot.press("space")
        assert not app.flows.paused
        await pilot.press("p")
        assert app.flows.paused
        await pilot.press("m")
        assert app.current_mode == "map"


def bindings() -> Iterator[tuple[str, Binding]]:
    """Give the bindings of every class of ours, with the name of the class."""
    for found in pkgutil.walk_packages(tui.__path__, "tui."):
        if found.name != "tui.__main__":
            for owner in vars(import_module(found.name)).values():
                if isinstance(owner, type) and owner.__module__ == found.name:
                    for binding in vars(owner).get("BINDINGS", ()):
                        yield owner.__qualname__, binding


def test_every_binding_has_a_name_and_says_what_it_does() -> None:
    found = list(bindings())
    assert len(found) > 60
    assert [owner for owner, binding in found if not (binding.id and binding.tooltip)] == []


async def test_a_wrong_filter_from_elsewhere_is_told(tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, event()), 1) as (pilot, screen):
        screen.app.show_flows("--verdict [/x]")
        await pilot.pause()
        assert screen.app.filters == FilterText()
        assert screen.query_one(Input).value == ""
