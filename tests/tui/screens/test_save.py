"""Copying flows, and writing them to a file, by keys."""

import os
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from proto.jsonlines import parse
from tests.factories import flow, lost
from tests.tui.scenes import dashboard, file_of, until
from tui.screens.flows import Flows
from tui.screens.save import Save


async def listed(pilot: Pilot[None], number: int) -> Flows:
    """Wait until the list has so many flows."""
    screen = pilot.app.screen
    assert isinstance(screen, Flows)
    await until(pilot, lambda: len(screen.window) == number)
    return screen


async def ask(pilot: Pilot[None], path: object) -> Save:
    """Open the prompt, and type a path."""
    await pilot.press("w")
    screen = pilot.app.screen
    assert isinstance(screen, Save)
    screen.query_one(Input).value = str(path)
    return screen


def told(screen: Save) -> str:
    return str(screen.query_one(Static).render())


@pytest.mark.parametrize(
    ("key", "start"),
    [("y", "Oct 13 16:30:59.023 [default/node-1]: "), ("Y", '{"flow":{'), ("ctrl+y", "time,node,")],
)
async def test_the_selected_flow_is_copied(tmp_path: Path, key: str, start: str) -> None:
    async with dashboard(file_of(tmp_path, flow(), flow(Summary="[/b] last"))) as pilot:
        await listed(pilot, 2)
        await pilot.press("G", key)
        assert pilot.app.clipboard.startswith(start)
        assert "[/b] last" in pilot.app.clipboard
        assert not pilot.app.clipboard.endswith("\n")


async def test_where_nothing_is_selected_nothing_is_copied(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path)) as pilot:
        await pilot.press("y")
        assert pilot.app.clipboard == ""
        assert [each.message for each in pilot.app._notifications] == ["no flow is selected"]


async def test_a_loss_is_no_flow_to_copy(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, lost(3))) as pilot:
        await listed(pilot, 1)
        await pilot.press("k", "Y")
        assert pilot.app.clipboard == ""


async def test_all_listed_flows_are_written(tmp_path: Path) -> None:
    made = [flow(uuid="a"), flow(uuid="b", verdict="DROPPED"), flow(uuid="c", verdict="DROPPED")]
    async with dashboard(file_of(tmp_path, *made), "--verdict DROPPED") as pilot:
        screen = await listed(pilot, 2)
        await ask(pilot, tmp_path / "out.jsonl")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        lines = (tmp_path / "out.jsonl").read_bytes().splitlines()
        assert [parse(line).flow.uuid for line in lines] == ["b", "c"]
        [said] = [each.message for each in pilot.app._notifications]
        assert said == f"2 flows written to {tmp_path / 'out.jsonl'}"


async def test_the_name_has_the_time_in_it(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, flow())) as pilot:
        await pilot.press("w")
        assert pilot.app.screen.query_one(Input).value == "flows-20251013-163059.jsonl"


async def test_a_file_is_replaced_after_a_second_enter_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine")
    async with dashboard(file_of(tmp_path, flow())) as pilot:
        below = await listed(pilot, 1)
        screen = await ask(pilot, path)
        await pilot.press("enter")
        await until(pilot, lambda: "exists" in told(screen))
        assert told(screen) == f"{path} exists: Enter again replaces it, Esc leaves it"
        assert path.read_text() == "mine"
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is below)
        assert path.read_text().startswith("time,node")


async def test_another_name_is_asked_about_anew(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text("mine")
    async with dashboard(file_of(tmp_path, flow())) as pilot:
        screen = await ask(pilot, tmp_path / "a.csv")
        await pilot.press("enter")
        await until(pilot, lambda: "a.csv exists" in told(screen))
        screen.query_one(Input).value = str(tmp_path / "b.csv")
        await pilot.press("enter")
        await until(pilot, lambda: "b.csv exists" in told(screen))
        await pilot.press("escape")
    assert {(tmp_path / f"{name}.csv").read_text() for name in "ab"} == {"mine"}


async def test_what_is_wrong_is_told_in_the_prompt(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, flow())) as pilot:
        screen = await ask(pilot, "[/b]\u202e.exe")
        await pilot.press("enter")
        await until(pilot, lambda: "ending" in told(screen))
        assert told(screen).startswith("[/b]\\u202e.exe: the ending says how to write")
        assert screen.query_one(Static).has_class("-failed")


async def test_escape_writes_nothing(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, flow())) as pilot:
        below = await listed(pilot, 1)
        await ask(pilot, tmp_path / "out.csv")
        await pilot.press("escape")
        assert pilot.app.screen is below
        assert os.listdir(tmp_path) == ["flows.jsonl"]
