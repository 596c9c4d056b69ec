"""Nodes, rings and the relay, over a relay and over a file."""

from pathlib import Path

import pytest
from textual.widgets import Label, Static

from proto.timestamps import SECOND, from_ns
from tests.factories import NOON_NS, event, lost
from tests.relays import running_relay, store
from tests.tui.conftest import Snap
from tests.tui.scenes import NARROW, WIDE, dashboard, file_of, picture, server_at, until
from tests.tui.traffic import shop
from tui.app import Palomar
from tui.file_source import FileSource
from tui.screens.nodes import Nodes
from tui.widgets.ranking import Ranking


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nodes_of_a_file(
    size: tuple[int, int], snap: Snap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def scene() -> str:
        file_of(tmp_path, *shop())
        async with dashboard(FileSource("flows.jsonl"), size=size) as pilot:
            await pilot.press("4")
            return await picture(pilot)

    snap(scene())


async def test_nodes_of_a_relay_and_what_was_lost(tmp_path: Path) -> None:
    at = from_ns(NOON_NS - 5 * SECOND)
    events = [event(time=at), event(time=at, verdict=2), lost(7, node_name="node-1", time=at)]
    async with running_relay(tmp_path) as relay:
        await store(relay.address, events, node="node-1", version="1.2.3")
        async with dashboard(server_at(relay.address)) as pilot:
            await pilot.press("4")
            screen = pilot.app.screen
            assert isinstance(screen, Nodes)
            await until(pilot, lambda: screen.answered_ns is not None)

            [row] = screen.query_one("#nodes", Ranking).table.rows
            assert row.name == "○ node-1"
            assert row.figures[:2] == ("gone", "<15s")
            assert row.figures[4] == "7"
            assert "1.2.3" in row.figures
            told = str(screen.query_one("#relay", Static).render())
            assert "palomar" in told
            assert "7 events in 15m" in told

            await pilot.press("enter")
            app = pilot.app
            assert isinstance(app, Palomar)
            await until(pilot, lambda: len(app.flows.window) >= 2)
            assert app.filters.text == "--node-name default/node-1"


@pytest.mark.parametrize("name", ["\x1b[31m[/x]", "a --verdict DROPPED", 'a"b', "a\nb"])
async def test_a_node_of_any_name_leads_to_its_flows(name: str, tmp_path: Path) -> None:
    source = file_of(tmp_path, event(node_name=name), event(node_name="other"))
    async with dashboard(source) as pilot:
        app = pilot.app
        assert isinstance(app, Palomar)
        await pilot.press("4")
        screen = app.screen
        assert isinstance(screen, Nodes)
        await until(pilot, lambda: screen.answered_ns is not None)
        ranking = screen.query_one("#nodes", Ranking)
        ranking.cursor = [row.name for row in ranking.table.rows].index(f"· {name}")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.flows.window) == 1)
        assert app.current_mode == "flows"


async def test_rates_of_nodes_are_of_the_time_that_was_seen(tmp_path: Path) -> None:
    seen = [event(time=from_ns(NOON_NS - at * SECOND)) for at in range(10)]
    async with running_relay(tmp_path) as relay:
        await store(relay.address, seen, node="node-1")
        async with dashboard(server_at(relay.address)) as pilot:
            await pilot.press("4")
            screen = pilot.app.screen
            assert isinstance(screen, Nodes)
            await until(pilot, lambda: screen.answered_ns is not None)
            [row] = screen.query_one("#nodes", Ranking).table.rows
            assert row.figures[2] == "1.1/s"


async def test_a_relay_that_is_gone_leaves_what_it_said(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        await store(relay.address, [event()], node="node-1")
        async with dashboard(server_at(relay.address)) as pilot:
            await pilot.press("4")
            screen = pilot.app.screen
            assert isinstance(screen, Nodes)
            await until(pilot, lambda: screen.answered_ns is not None)
            await relay.stop()
            await pilot.press("r")
            await until(pilot, lambda: screen.has_class("-stale"))
            assert "as of 16:30:59" in str(screen.query_one("#coverage", Label).render())
            assert screen.query_one("#nodes", Ranking).table.rows
