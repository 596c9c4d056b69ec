"""The flow list: what is done with a cell, a row, the columns and a range."""

from pathlib import Path

import pytest
from textual.widgets import Input

from proto.flow_pb2 import DROPPED
from proto.timestamps import SECOND
from tests.factories import NOON_NS, event
from tests.tui.listing import flows, listed, selected
from tests.tui.scenes import file_of, until
from tui.list.window import Window
from tui.screens.flow import OneFlow

TWO = (
    "--not --verdict FORWARDED "
    """--denylist '{"destination_pod":["cilium-test/echo-same-node"]}'"""
)
"""What leaves out two cells of different columns."""


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("f", "--verdict FORWARDED"),
        ("left right f", "--verdict FORWARDED"),
        ("l l h f", "--from-pod shop/web"),
        ("l l left right f", "--reply=false"),
        ("l l l x", "--not --to-pod cilium-test/echo-same-node"),
        ("x l x", TWO),
    ],
)
async def test_cells_change_the_filter(keys: str, text: str, tmp_path: Path) -> None:
    end = {"namespace": "shop", "pod_name": "web"}
    keeps = event(source=end, verdict=DROPPED, is_reply={"value": True})
    source = file_of(tmp_path, keeps, event(source=end))
    async with listed(source, 2) as (pilot, screen):
        for key in keys.split():
            await until(pilot, lambda: len(screen.window) > 0)
            await pilot.press(key)
        await until(pilot, lambda: screen.app.filters.text == text)
        assert screen.query_one(Input).value == text


async def test_a_cell_without_a_filter_changes_nothing(tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, event()), 1) as (pilot, screen):
        await pilot.press("h", "f", "x")
        assert screen.app.filters.text == ""


async def test_enter_opens_the_selected_flow_and_so_does_a_second_click(tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, *flows(10)), 10) as (pilot, screen):
        await pilot.press("k", "enter")
        opened = pilot.app.screen
        assert isinstance(opened, OneFlow)
        found = opened.selected()
        assert found
        assert found.flow.source.ID == 8
        await pilot.press("escape")
        await pilot.click("FlowList", offset=(20, 4))
        assert (selected(screen), screen.flows.cell) == (4, 1)
        await pilot.click("FlowList", offset=(20, 3), times=2)
        assert isinstance(pilot.app.screen, OneFlow)


async def test_the_wheel_leaves_the_end_and_comes_back(tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, *flows(100)), 100) as (pilot, screen):
        screen.flows.scroll_up(animate=False)
        await pilot.pause()
        assert not screen.flows.following
        screen.flows.scroll_end(animate=False)
        await pilot.pause()
        assert screen.flows.following


async def test_columns_are_chosen_and_remembered(tmp_path: Path) -> None:
    source = file_of(tmp_path, event())
    async with listed(source, 1) as (pilot, screen):
        await pilot.press("C", "j", "space", "enter")
        assert screen.flows.hidden == ("verdict",)
        assert "verdict" not in [place.column.name for place in screen.flows.placed]
    async with listed(source, 1) as (_, screen):
        assert screen.flows.hidden == ("verdict",)


async def test_it_can_be_read_anew(tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, *flows(3)), 3) as (pilot, screen):
        file_of(tmp_path, *flows(5))
        await pilot.press("r")
        await until(pilot, lambda: len(screen.window) == 5)


async def test_a_range_is_shown_from_its_beginning(tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, *flows(100)), 100) as (pilot, screen):
        screen.app.show_flows("--verdict FORWARDED", NOON_NS + 10 * SECOND, NOON_NS + 59 * SECOND)
        await until(pilot, lambda: len(screen.window) == 50)
        assert (selected(screen), screen.flows.following) == (10, False)
        assert screen.app.filters.text == "--verdict FORWARDED"


def test_rows_in_memory_are_bounded() -> None:
    assert Window().capacity == 100_000
