"""Help from the bindings."""

from pathlib import Path

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.screen import Screen

from proto.observer_pb2 import GetFlowsResponse
from tests.factories import event, flow
from tests.tui.conftest import Snap
from tests.tui.scenes import NARROW, dashboard, file_of, picture
from tui.screens.help import Help, groups


def rows(screen: Screen[object]) -> dict[str, str]:
    """Give what each key of a screen does, by the keys."""
    return {row.keys: row.does for _, found in groups(screen) for row in found}


async def seen(pilot: Pilot[None]) -> str:
    """Give the text of the help, scrolled through from its top to its end."""
    said: list[str] = []
    scroll = pilot.app.screen.query_one(VerticalScroll)
    scroll.scroll_home(animate=False)
    while True:
        await pilot.pause()
        said += [strip.text for strip in pilot.app.screen._compositor.render_strips()]
        if scroll.scroll_y >= scroll.max_scroll_y:
            return "\n".join(said)
        scroll.scroll_page_down(animate=False)


@pytest.mark.parametrize("mode", ["flows", "overview", "map", "nodes"])
async def test_every_key_of_a_screen_is_there(tmp_path: Path, mode: str) -> None:
    async with dashboard(file_of(tmp_path, event()), size=NARROW) as pilot:
        await pilot.app.switch_mode(mode)
        await pilot.pause()
        active = pilot.app.screen.active_bindings.values()
        ours = [each for each in active if each.binding.id]
        assert len(ours) > 5
        await pilot.press("question_mark")
        assert isinstance(pilot.app.screen, Help)
        text = await seen(pilot)
        for each in ours:
            assert each.tooltip in text
            assert pilot.app.get_key_display(each.binding) in text


async def test_what_cannot_be_done_at_the_moment_is_told_apart(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, event())) as pilot:
        screen = pilot.app.screen
        screen.check_action = lambda action, parameters: None  # type: ignore[method-assign]
        found = [row for _, keys in groups(screen) for row in keys]
        assert {row.enabled for row in found} == {True, False}


async def test_keys_that_the_user_changed_are_told(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, event())) as pilot:
        pilot.app.set_keymap({"export.line": "f7", "pane.down": "f8"})
        pilot.app.open_flow(GetFlowsResponse(flow=flow()))  # type: ignore[attr-defined]
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        told = rows(pilot.app.screen)
        assert told["f7"] == "Copy the selected flow as a line"
        assert told["f8"] == "Go down"


async def test_the_parts_without_the_focus_have_their_group(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, event())) as pilot:
        pilot.app.open_flow(GetFlowsResponse(flow=flow()))  # type: ignore[attr-defined]
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert [name for name, _ in groups(pilot.app.screen)] == [
            "One flow",
            "Way",
            "Fields and JSON",
            "Everywhere",
        ]


@pytest.mark.parametrize("key", ["escape", "question_mark", "q"])
async def test_it_closes_and_the_dashboard_stays(tmp_path: Path, key: str) -> None:
    async with dashboard(file_of(tmp_path, event())) as pilot:
        below = pilot.app.screen
        await pilot.press("question_mark")
        await pilot.press(key)
        assert pilot.app.screen is below


async def test_it_scrolls_by_keys(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, event()), size=(80, 12)) as pilot:
        await pilot.press("question_mark")
        scroll = pilot.app.screen.query_one(VerticalScroll)
        await pilot.press("j")
        assert scroll.scroll_y == 1
        await pilot.press("G")
        assert scroll.scroll_y == scroll.max_scroll_y
        await pilot.press("k")
        assert scroll.scroll_y == scroll.max_scroll_y - 1
        await pilot.press("g")
        assert scroll.scroll_y == 0


def test_how_it_looks(snap: Snap, tmp_path: Path) -> None:
    async def play() -> str:
        async with dashboard(file_of(tmp_path, event()), size=NARROW) as pilot:
            pilot.app.open_flow(GetFlowsResponse(flow=flow()))  # type: ignore[attr-defined]
            await pilot.app.workers.wait_for_complete()
            await pilot.press("question_mark")
            return await picture(pilot)

    snap(play())
