"""The service map: what it shows, what its keys do, and the flows behind its calls."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Label, Static

from proto.flow_pb2 import Flow
from tests.factories import flow
from tests.tui.conftest import Snap
from tests.tui.scenes import NARROW, WIDE, dashboard, file_of, picture, until
from tests.tui.traffic import end, shop
from tui.app import Palomar
from tui.file_source import FileSource
from tui.map.drawing import AGAIN, ARROW
from tui.map.graph import MOST_NAMES
from tui.map.view import MapView
from tui.screens.map import Map
from tui.widgets.ranking import Ranking


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is shown by its name, which shall be the same everywhere."""
    monkeypatch.chdir(tmp_path)


@asynccontextmanager
async def service_map(
    flows: Sequence[Flow], size: tuple[int, int] = WIDE
) -> AsyncIterator[tuple[Pilot[None], Map]]:
    """Open the map over a file in this directory."""
    file_of(Path(), *flows)
    async with dashboard(FileSource("flows.jsonl"), size=size) as pilot:
        await pilot.press("3")
        screen = pilot.app.screen
        assert isinstance(screen, Map)
        await until(pilot, lambda: screen.seen is not None)
        await pilot.pause()
        yield pilot, screen


def lines(screen: Map) -> list[str]:
    view = screen.query_one(MapView)
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


def selected(screen: Map) -> tuple[str, str] | None:
    return (screen.edge.client, screen.edge.server) if screen.edge else None


async def opened(pilot: Pilot[None]) -> tuple[str, int]:
    """Wait for the flow list; give its filter, and how many flows it has."""
    app = pilot.app
    assert isinstance(app, Palomar)
    await until(pilot, lambda: app.current_mode == "flows" and len(app.flows.window) > 0)
    await app.workers.wait_for_complete()
    app.flows.tick()
    return app.filters.text, len(app.flows.window)


def test_a_map_wide_with_a_call_selected(snap: Snap) -> None:
    async def scene() -> str:
        async with service_map(shop()) as (pilot, _):
            await pilot.press("j", "l")
            return await picture(pilot)

    snap(scene())


def test_a_map_on_a_small_terminal(snap: Snap) -> None:
    async def scene() -> str:
        async with service_map(shop(), NARROW) as (pilot, _):
            return await picture(pilot)

    snap(scene())


async def test_calls_are_selected_by_keys_and_told_of() -> None:
    async with service_map(shop()) as (pilot, screen):
        view = screen.query_one(MapView)
        steps = []
        for pressed in ("j", "down", "k", "up", "l", "right", "h", "left"):
            await pilot.press(pressed)
            assert view.selected is not None
            steps.append(view.drawing.captions[view.selected])
        down, right = steps[:4], steps[3:]
        assert down[0] == down[2] == down[3]
        assert down[1][0] == down[0][0]
        assert down[1][1] > down[0][1]
        assert right[0][0] < right[1][0] < right[2][0]
        assert right[4][0] < right[3][0] <= right[2][0]
        told = str(screen.query_one("#call", Static).render())
        assert " → ".join(selected(screen) or ()) in told
        await pilot.press("escape")
        assert selected(screen) is None


async def test_n_and_a_click_choose_what_names_are_of() -> None:
    async with service_map(shop()) as (pilot, screen):
        for level in ("workload", "namespace", "service"):
            await pilot.press("n")
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            assert screen.seen
            assert screen.seen.found.level == level
        await pilot.click("#level", offset=(22, 0))
        await until(
            pilot, lambda: screen.seen is not None and screen.seen.found.level == "namespace"
        )
        assert any(AGAIN in line for line in lines(screen))


async def test_d_draws_more_or_fewer_figures() -> None:
    async with service_map(shop(), (200, 30)) as (pilot, screen):
        assert any("ms" in line for line in lines(screen))
        await pilot.press("d")
        assert not any("ms" in line for line in lines(screen))
        await pilot.press("d")
        assert any("ms" in line for line in lines(screen))


async def test_a_drawing_that_does_not_fit_can_be_moved() -> None:
    async with service_map(shop(), (60, 10)) as (pilot, screen):
        await pilot.press("d")
        view = screen.query_one(MapView)
        for pressed, back in (("L", "H"), ("shift+right", "shift+left"), ("J", "K")):
            before = view.scroll_offset
            await pilot.press(pressed)
            assert view.scroll_offset != before
            await pilot.press(back)
            assert view.scroll_offset == before
        await pilot.press("shift+down", "shift+up")
        assert view.scroll_offset.y == 0


async def test_enter_and_a_double_click_open_the_flows_of_a_call() -> None:
    async with service_map(shop()) as (pilot, screen):
        view = screen.query_one(MapView)
        await pilot.press("j", "enter")
        assert screen.edge
        flows = screen.edge.counts.flows
        assert (await opened(pilot))[1] == flows

        app = pilot.app
        assert isinstance(app, Palomar)
        app.use_text("")
        await pilot.press("3")
        await until(pilot, lambda: len(view.drawing.captions) > 5)
        column, row = view.drawing.captions[1]
        await pilot.click(MapView, offset=(column, row), times=2)
        assert screen.edge
        flows = screen.edge.counts.flows
        assert (await opened(pilot))[1] == flows


async def test_a_click_on_a_name_selects_a_call_of_it() -> None:
    async with service_map(shop()) as (pilot, screen):
        view = screen.query_one(MapView)
        place = next(at for at, cell in view.drawing.cells.items() if cell.name is not None)
        await pilot.click(MapView, offset=place)
        assert selected(screen) is not None


async def test_a_balance_of_two_backends_is_half_and_half_and_leads_to_their_flows() -> None:
    async with service_map(shop()) as (pilot, screen):
        balance = screen.query_one("#balance", Ranking)
        assert balance.title == "Backends of echo:8080"
        assert [row.figures for row in balance.table.rows] == [("4", "50%"), ("4", "50%")]
        balance.focus()
        await pilot.press("enter")
        assert (await opened(pilot))[1] == 8


async def test_names_beyond_the_busiest_are_left_out_and_counted() -> None:
    flows = [
        flow(source=end(f"many/client-{at:02}"), destination=end("one/server"))
        for at in range(MOST_NAMES + 5)
    ]
    async with service_map(flows) as (_, screen):
        assert screen.seen
        assert len(screen.seen.graph.names) == MOST_NAMES
        said = str(screen.query_one("#coverage", Label).render())
        assert said.startswith("6 names and 6 calls are left out")


async def test_a_selected_call_stays_selected_when_the_map_is_drawn_anew() -> None:
    async with service_map(shop()) as (pilot, screen):
        await pilot.press("j", "j", "l")
        chosen, seen = selected(screen), screen.seen
        file_of(Path(), *shop(), flow(source=end("new/one"), destination=end("new/two")))
        await pilot.press("r")
        await until(pilot, lambda: screen.seen is not seen)
        assert selected(screen) == chosen


async def test_a_map_of_nothing_says_so() -> None:
    async with service_map([]) as (pilot, screen):
        await pilot.press("j", "enter", "d")
        assert "0 names" in str(screen.query_one("#call", Static).render())
        assert not any(ARROW in line for line in lines(screen))


async def test_names_of_strangers_cannot_forge_a_line() -> None:
    forged = flow(source=end("\x1b[31mred/[/bold]"), destination=end("a\nb/x\u202ey"))
    async with service_map([forged]) as (_, screen):
        drawn = "".join(lines(screen))
        assert drawn.isprintable()
        assert "^[" in drawn
