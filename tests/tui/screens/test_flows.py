"""The flow list: moving, following, pausing."""

from pathlib import Path

from proto.flow_pb2 import DROPPED
from tests.factories import lost
from tests.relays import store
from tests.tui.listing import ROWS, flows, listed, live, selected, status
from tests.tui.scenes import file_of, until

MOVES = (
    ("k", 98),
    ("up up", 97),
    ("k k j", 98),
    ("up down", 99),
    ("g", 0),
    ("home", 0),
    ("g G", 99),
    ("home end", 99),
    ("ctrl+u", 99 - round(ROWS / 2)),
    ("ctrl+u ctrl+u ctrl+d", 99 - round(ROWS / 2)),
    ("pageup", 99 - ROWS),
    ("ctrl+b", 99 - ROWS),
    ("pageup pageup pagedown", 99 - ROWS),
    ("ctrl+b ctrl+b ctrl+f", 99 - ROWS),
    ("g k", 0),
    ("j", 99),
)
"""Keys, from the end of 100 flows on, and which flow is selected then."""


async def test_keys_move_the_selection(tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, *flows(100)), 100) as (pilot, screen):
        for keys, number in MOVES:
            await pilot.press("G", *keys.split())
            await pilot.pause()
            assert selected(screen) == number, keys
            assert screen.flows.top <= screen.flows.cursor < screen.flows.top + ROWS, keys


async def test_the_end_is_followed_until_it_is_left(tmp_path: Path) -> None:
    async with live(tmp_path, flows(100)) as (pilot, screen, relay):
        assert screen.flows.following
        await pilot.press("k")
        await store(relay.address, flows(5, 100), run="2")
        await until(pilot, lambda: screen.window.end == 105)
        assert (screen.flows.following, selected(screen), screen.flows.fresh) == (False, 98, 5)
        assert "▲ not following · 5 new, G goes to the newest" in status(screen)
        await pilot.press("G")
        assert (screen.flows.following, selected(screen), screen.flows.fresh) == (True, 104, 0)
        await store(relay.address, flows(1, 105), run="3")
        await until(pilot, lambda: selected(screen) == 105)
        assert "▼ following" in status(screen)


async def test_going_down_from_the_last_row_follows_again(tmp_path: Path) -> None:
    async with listed(file_of(tmp_path, *flows(3)), 3) as (pilot, screen):
        await pilot.press("k")
        assert not screen.flows.following
        await pilot.press("j", "j")
        assert screen.flows.following


async def test_a_pause_takes_nothing_in(tmp_path: Path) -> None:
    async with live(tmp_path, flows(10)) as (pilot, screen, relay):
        await pilot.press("space")
        await store(relay.address, flows(4, 10), run="2")
        await until(pilot, lambda: screen.window.behind == 4)
        assert (len(screen.window), selected(screen)) == (10, 9)
        assert "❚❚ paused · 4 new, space goes on" in status(screen)
        await pilot.press("space")
        await until(pilot, lambda: selected(screen) == 13)


async def test_what_finds_no_room_in_a_pause_is_read_anew(tmp_path: Path) -> None:
    async with live(tmp_path, flows(10)) as (pilot, screen, relay):
        screen.window.limit = 2
        await pilot.press("space")
        await store(relay.address, flows(5, 10), run="2")
        await until(pilot, lambda: screen.window.behind == 5)
        assert screen.window.missing == 3
        screen.window.limit = 100
        await pilot.press("space")
        await until(pilot, lambda: len(screen.window) == 15)
        assert selected(screen) == 14


async def test_the_next_failure_is_gone_to(tmp_path: Path) -> None:
    events = [*flows(50), *flows(1, 50, verdict=DROPPED), *flows(20, 51), lost(3), *flows(5, 71)]
    async with listed(file_of(tmp_path, *events), 77) as (pilot, screen):
        assert screen.intake.lost == 3
        await pilot.press("N", "N")
        assert selected(screen) == 50
        await pilot.press("N")
        assert selected(screen) == 50
        await pilot.press("n")
        assert screen.flows.cursor == 71
