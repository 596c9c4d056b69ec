"""The flow list and the history: going back beyond memory, and to a time."""

from pathlib import Path

import pytest
from textual.widgets import Input, Label

from proto.timestamps import SECOND
from tests.factories import NOON_NS
from tests.relays import store
from tests.tui.listing import flows, listed, live, selected, status
from tests.tui.scenes import file_of, until
from tui.list.intake import LAST
from tui.screens.ask import AskLine


async def test_going_up_loads_what_is_older_than_memory(tmp_path: Path) -> None:
    async with live(tmp_path, flows(LAST + 50)) as (pilot, screen, _):
        first = screen.window.first
        await pilot.press("g")
        await until(pilot, lambda: len(screen.window) == LAST + 50)
        assert (screen.flows.cursor, selected(screen)) == (first, 50)
        await pilot.press("g")
        assert selected(screen) == 0


async def test_what_is_looked_at_stays_however_much_comes(tmp_path: Path) -> None:
    async with live(tmp_path, flows(100)) as (pilot, screen, relay):
        screen.window.capacity = 120
        await pilot.press("g")
        await store(relay.address, flows(200, 100), run="2")
        await until(pilot, lambda: screen.flows.fresh == 200)
        assert (selected(screen), screen.flows.top) == (0, screen.window.first)
        assert len(screen.window) == 120


@pytest.mark.parametrize(
    ("said", "number"), [("2025-10-13T16:31:09.023Z", 10), ("2025-10-13T16:31:10Z", 11)]
)
async def test_a_time_in_memory_is_jumped_to(said: str, number: int, tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, *flows(100)), 100) as (pilot, screen):
        await pilot.press("t")
        pilot.app.screen.query_one(Input).value = said
        await pilot.press("enter")
        await pilot.pause()
        assert selected(screen) == number
        assert not screen.flows.following


async def test_a_time_before_memory_is_read_from_there_on(tmp_path: Path) -> None:
    async with live(tmp_path, flows(LAST + 50)) as (pilot, screen, _):
        screen.jump(NOON_NS + 20 * SECOND)
        await until(pilot, lambda: len(screen.window) == LAST + 30)
        assert (selected(screen), screen.flows.following) == (20, False)
        assert "▲ from 16:31:19 on" in status(screen)
        await pilot.press("k")
        await until(pilot, lambda: len(screen.window) == LAST + 50)
        assert selected(screen) == 20
        await pilot.press("G")
        await until(pilot, lambda: len(screen.window) == LAST)
        assert (selected(screen), screen.flows.following) == (LAST + 49, True)


async def test_a_time_that_is_none_is_told_and_asked_again(tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, *flows(3)), 3) as (pilot, screen):
        await pilot.press("t", *"soon", "enter")
        asked = pilot.app.screen
        assert isinstance(asked, AskLine)
        assert "'soon' is no time" in str(asked.query_one(".wrong", Label).content)
        await pilot.press("escape")
        assert pilot.app.screen is screen
