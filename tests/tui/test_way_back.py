"""The way back from flows that were opened elsewhere."""

from pathlib import Path

from tests.factories import NOON_NS, event
from tests.tui.listing import flows, listed, live, status
from tests.tui.scenes import dashboard, file_of, until
from tests.tui.traffic import shop
from tui.app import Palomar
from tui.list.intake import Range
from tui.list.rows import is_state
from tui.screens.flow import OneFlow
from tui.screens.map import Map
from tui.screens.overview import Overview
from tui.widgets.key_line import KeyLine


async def test_from_a_number_escape_leads_back_with_the_filter(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, *shop()), "--to-namespace shop") as pilot:
        app = pilot.app
        assert isinstance(app, Palomar)
        await pilot.press("2")
        screen = app.screen
        assert isinstance(screen, Overview)
        await until(pilot, lambda: screen.answered_ns is not None)
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "flows")
        assert app.filters.text == "--to-namespace shop --verdict FORWARDED"
        await until(pilot, lambda: "esc" in shown_keys(app))
        await pilot.press("escape")
        assert app.screen is screen
        assert app.filters.text == "--to-namespace shop"
        assert app.flows.intake.span == Range()
        await until(pilot, lambda: "esc" not in shown_keys(app))


async def test_from_the_map_too_where_escape_also_selects_nothing(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, *shop())) as pilot:
        app = pilot.app
        assert isinstance(app, Palomar)
        await pilot.press("3")
        screen = app.screen
        assert isinstance(screen, Map)
        await until(pilot, lambda: screen.seen is not None)
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.current_mode == "flows")
        narrow = app.filters
        await pilot.press("3")
        await until(pilot, lambda: screen.edge is not None)
        await pilot.press("escape")
        assert (screen.edge, app.filters) == (None, narrow)
        await pilot.press("escape")
        assert (app.current_mode, app.filters.text) == ("map", "")


async def test_from_a_flow_it_leads_to_that_flow(tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, *shop()), 1) as (pilot, screen):
        await pilot.press("enter")
        opened = screen.app.screen
        assert isinstance(opened, OneFlow)
        await until(pilot, lambda: len(opened.listed()) > 1)
        await pilot.press("f")
        assert screen.app.screen is screen
        assert screen.app.filters.text
        await pilot.press("escape")
        again = screen.app.screen
        assert isinstance(again, OneFlow)
        assert again.selected() == opened.selected()
        await pilot.press("escape")
        assert screen.app.screen is screen
        assert not screen.app.filters.text


async def test_what_was_left_is_shown_from_the_same_row_on(tmp_path: Path) -> None:
    async with live(tmp_path, flows(200)) as (pilot, screen, _):
        await pilot.press("g")
        screen.app.show_flows("", NOON_NS, NOON_NS + 10**9)
        await until(pilot, lambda: len(screen.window) == 2)
        await pilot.press("escape")
        await until(pilot, lambda: len(screen.window) >= 200)
        assert screen.intake.span == Range(since_ns=NOON_NS)


async def test_a_range_says_which_and_its_end_is_its_own(tmp_path: Path) -> None:
    async with live(tmp_path, flows(200)) as (pilot, screen, _):
        screen.app.show_flows("", NOON_NS, NOON_NS + 99 * 10**9)
        await until(pilot, lambda: len(screen.window) == 100)
        assert status(screen).startswith(" ▲ from 16:30:59 to 16:32:38 ·")
        assert "flow 1 of 100" in status(screen)
        assert not any(map(is_state, screen.window.rows()))
        await pilot.press("G")
        assert status(screen).startswith(" ▼ at the end from 16:30:59 to 16:32:38 ·")
        await pilot.press("j")
        assert screen.intake.span.until_ns is not None
        await pilot.press("backspace")
        await until(pilot, lambda: len(screen.window) == 200)
        assert status(screen).startswith(" ▼ following ·")


async def test_without_a_way_back_escape_does_nothing(tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, event()), 1, "--verdict FORWARDED") as (pilot, screen):
        await pilot.press("escape")
        assert screen.app.filters.text == "--verdict FORWARDED"


def shown_keys(app: Palomar) -> list[str]:
    return [key.key_display for key in app.screen.query_one(KeyLine).query("FooterKey")]  # type: ignore[attr-defined]
