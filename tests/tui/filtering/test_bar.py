"""The filter bar, by its keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input, Label

from tests.factories import event
from tests.tui.listing import listed
from tests.tui.scenes import file_of, until
from tui.filtering.bar import FilterBar
from tui.list.flowlist import FlowList
from tui.memory import Memory


@asynccontextmanager
async def editing(folder: Path, filters: str = "") -> AsyncIterator[tuple[Pilot[None], FilterBar]]:
    """Open the flow list, and go to its filter."""
    ends = [{"namespace": "shop", "pod_name": name} for name in ("cart-1", "web-1")]
    source = file_of(folder, *(event(source=end) for end in ends))
    async with listed(source, 1, filters) as (pilot, screen):
        await pilot.press("slash")
        yield pilot, screen.query_one(FilterBar)


def offered(bar: FilterBar) -> list[str]:
    return [each.word for each in bar.menu.candidates]


async def test_what_is_typed_is_used_at_enter(tmp_path: Path) -> None:
    async with editing(tmp_path) as (pilot, bar):
        await pilot.press(*"--from-pod shop/web", "enter")
        await until(pilot, lambda: len(bar.app.flows.window) == 1)
        assert bar.app.filters.text == "--from-pod shop/web"
        assert isinstance(pilot.app.focused, FlowList)
        assert bar.app.remembered.now.history == ["--from-pod shop/web"]


async def test_what_is_wrong_is_said_and_the_old_filter_stays(tmp_path: Path) -> None:
    async with editing(tmp_path, "--verdict FORWARDED") as (pilot, bar):
        bar.input.value = "--verdict WRONG"
        await pilot.press("enter")
        assert "'WRONG' is not a verdict" in str(bar.query_one(".wrong", Label).content)
        assert bar.has_class("-wrong")
        assert bar.app.filters.text == "--verdict FORWARDED"
        await pilot.press("escape")
        assert bar.input.value == "--verdict FORWARDED"
        assert not bar.has_class("-wrong")


async def test_tab_completes_what_was_typed_just_before(tmp_path: Path) -> None:
    """As where keys come faster than a busy machine takes them."""
    async with editing(tmp_path) as (pilot, bar):
        bar.action_complete(1)
        await pilot.pause()
        bar.input.clear()
        bar.input.insert_text_at_cursor("--verdict dro")
        bar.action_complete(1)
        assert bar.input.value == "--verdict DROPPED "
        await pilot.pause()
        await pilot.press("enter")
        assert bar.app.filters.text == "--verdict DROPPED"


async def test_tab_goes_through_the_candidates(tmp_path: Path) -> None:
    async with editing(tmp_path) as (pilot, bar):
        await pilot.press(*"--verdict ")
        assert offered(bar)[:2] == ["FORWARDED", "DROPPED"]
        await pilot.press("tab")
        assert bar.input.value == "--verdict FORWARDED "
        await pilot.press("tab")
        assert bar.input.value == "--verdict DROPPED "
        await pilot.press("shift+tab")
        assert bar.input.value == "--verdict FORWARDED "
        await pilot.press("shift+tab")
        assert bar.input.value == f"--verdict {offered(bar)[-1]} "


async def test_one_candidate_alone_is_taken_and_the_next_word_offered(tmp_path: Path) -> None:
    async with editing(tmp_path) as (pilot, bar):
        await pilot.press(*"--verdict aud", "tab")
        assert bar.input.value == "--verdict AUDIT "
        assert "--pod" in offered(bar)


async def test_values_are_asked_of_the_source(tmp_path: Path) -> None:
    async with editing(tmp_path) as (pilot, bar):
        await pilot.press(*"--from-pod ")
        await until(pilot, lambda: "shop/cart-1" in offered(bar))
        await pilot.press(*"web", "tab")
        assert bar.input.value == "--from-pod shop/web-1 "


async def test_a_click_takes_a_candidate(tmp_path: Path) -> None:
    async with editing(tmp_path) as (pilot, bar):
        await pilot.press(*"--verdict ")
        await pilot.click("Menu", offset=(4, 1))
        assert bar.input.value == "--verdict DROPPED "


async def test_the_history_is_gone_through(tmp_path: Path) -> None:
    async with editing(tmp_path) as (pilot, bar):
        bar.app.remembered.change(lambda memory: Memory(history=["--port 1", "--port 2"]))
        await pilot.press("up")
        assert bar.input.value == "--port 2"
        await pilot.press("up", "up")
        assert bar.input.value == "--port 1"
        await pilot.press("down", "down")
        assert bar.input.value == ""


async def test_keys_of_the_list_are_letters_here(tmp_path: Path) -> None:
    async with editing(tmp_path) as (pilot, bar):
        await pilot.press(*"qfx1")
        assert bar.query_one(Input).value == "qfx1"
        assert pilot.app.current_mode == "flows"


async def test_what_was_typed_is_forgotten_when_something_else_is_clicked(tmp_path: Path) -> None:
    async with editing(tmp_path, "--verdict FORWARDED") as (pilot, bar):
        await pilot.press(*" --port 1")
        await pilot.click("FlowList")
        await until(pilot, lambda: bar.input.value == "--verdict FORWARDED")
        assert not bar.menu.candidates


async def test_of_a_long_filter_the_beginning_is_in_sight(tmp_path: Path) -> None:
    text = "--from-pod shop/cart " * 20
    async with editing(tmp_path) as (pilot, bar):
        bar.input.value = text
        await pilot.press("enter")
        await until(pilot, lambda: bar.app.filters.text == text.strip())
        await pilot.pause()
        assert bar.input.scroll_offset.x == 0
        await pilot.press("slash")
        assert bar.input.cursor_position == len(text.strip())
