"""The overview: what it shows, what its keys do, and the flows behind its numbers."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Label

from proto import flow_pb2
from proto.flow_pb2 import Flow
from proto.timestamps import SECOND, from_ns
from relay.rings.limits import Limit
from tests.factories import NOON_NS, event, flow
from tests.relays import running_relay, store
from tests.tui.conftest import Snap
from tests.tui.scenes import NARROW, WIDE, dashboard, file_of, picture, server_at, until
from tests.tui.traffic import end, shop
from tui.app import Palomar
from tui.behind import Behind
from tui.file_source import FileSource
from tui.screens.overview import Overview
from tui.widgets.choice import Choice
from tui.widgets.plot import Plot
from tui.widgets.ranking import Ranking

NAMES = ("a\r\nforged", 'a"b\\', "\x1b[31m", "[bold]x", "\u202eback", "--verdict", "日本")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is shown by its name, which shall be the same everywhere."""
    monkeypatch.chdir(tmp_path)


@asynccontextmanager
async def overview(
    flows: Sequence[Flow], size: tuple[int, int] = WIDE, filters: str = ""
) -> AsyncIterator[tuple[Pilot[None], Overview]]:
    """Open the overview over a file in this directory."""
    file_of(Path(), *flows)
    async with dashboard(FileSource("flows.jsonl"), filters, size) as pilot:
        await pilot.press("2")
        screen = pilot.app.screen
        assert isinstance(screen, Overview)
        await until(pilot, lambda: screen.answered_ns is not None)
        yield pilot, screen


def table(screen: Overview, name: str) -> list[tuple[str, ...]]:
    rows = screen.query_one(f"#{name}", Ranking).table.rows
    return [(row.name, *row.figures) for row in rows]


async def opened(pilot: Pilot[None]) -> tuple[str, int]:
    """Wait for the flow list; give its filter, and how many flows it has."""
    app = pilot.app
    assert isinstance(app, Palomar)
    await until(pilot, lambda: app.current_mode == "flows")
    await until(pilot, lambda: len(app.flows.window) > 0)
    await app.workers.wait_for_complete()
    app.flows.tick()
    return app.filters.text, len(app.flows.window)


def test_an_overview_wide(snap: Snap) -> None:
    async def scene() -> str:
        async with overview(shop()) as (pilot, _):
            return await picture(pilot)

    snap(scene())


def test_an_overview_on_a_small_terminal(snap: Snap) -> None:
    async def scene() -> str:
        async with overview(shop(), NARROW) as (pilot, _):
            return await picture(pilot)

    snap(scene())


def test_an_overview_of_nothing(snap: Snap) -> None:
    async def scene() -> str:
        async with overview([], NARROW) as (pilot, _):
            return await picture(pilot)

    snap(scene())


async def test_it_counts_what_there_is() -> None:
    async with overview(shop()) as (_, screen):
        assert table(screen, "verdicts") == [("FORWARDED", "184", "97%"), ("DROPPED", "6", "3%")]
        assert table(screen, "drops") == [
            ("POLICY_DENIED", "3", "50%"),
            ("POLICY_DENIED · payments/only-checkout", "3", "50%"),
        ]
        assert table(screen, "lookups") == [("mirror.example.org.svc.", "4", "NXDOMAIN")]
        frontend = ("shop/frontend", "0.1/s", *["12.0ms"] * 3, "18", "·", "2", "·")
        assert frontend in table(screen, "services")


async def test_slash_edits_the_filter() -> None:
    async with overview(shop()) as (pilot, screen):
        await pilot.press("slash", *"--reply", "enter")
        await until(pilot, lambda: table(screen, "verdicts") == [("FORWARDED", "96", "100%")])


async def test_brackets_and_clicks_choose_the_span() -> None:
    async with overview(shop()) as (pilot, screen):
        choice = screen.query_one("#span", Choice)
        for pressed, name in (("[", "5m"), ("[", "1m"), ("[", "1m"), ("]", "5m"), ("]", "15m")):
            await pilot.press(pressed)
            assert (screen.span.name, choice.chosen) == (name, name)
        await pilot.click("#span", offset=(1, 0))
        assert screen.span.name == "1m"
        await until(pilot, lambda: int(table(screen, "verdicts")[0][1]) < 184)


async def test_r_asks_again() -> None:
    async with overview(shop()) as (pilot, screen):
        file_of(Path(), flow())
        await pilot.press("r")
        await until(pilot, lambda: table(screen, "verdicts") == [("FORWARDED", "1", "100%")])


async def test_keys_go_from_table_to_table_and_from_row_to_row() -> None:
    async with overview(shop()) as (pilot, screen):
        for pressed, name in (
            ("l", "drops"),
            ("right", "lookups"),
            ("h", "drops"),
            ("left", "verdicts"),
        ):
            await pilot.press(pressed)
            assert screen.focused
            assert screen.focused.id == name
        services = screen.query_one("#services", Ranking)
        services.focus()
        for pressed, row in (("j", 1), ("down", 2), ("k", 1), ("up", 0), ("G", 5), ("g", 0)):
            await pilot.press(pressed)
            assert services.cursor == row
        await pilot.press("end", "home")
        assert services.cursor == 0


async def test_every_row_leads_to_the_flows_it_counts() -> None:
    async with overview(shop()) as (pilot, screen):
        for name, row, text, flows in (
            ("verdicts", 1, "--verdict DROPPED", 6),
            ("drops", 0, "--verdict DROPPED --drop-reason-desc POLICY_DENIED", 6),
            ("drops", 1, "only-checkout", 3),
            ("lookups", 0, "--dns-query '^mirror\\.example\\.org\\.svc\\.$'", 4),
            ("talkers", 0, "--from-namespace edge --from-workload gateway", 20),
            ("services", 0, "--to-service shop/cart --protocol http", 50),
        ):
            ranking = screen.query_one(f"#{name}", Ranking)
            ranking.focus()
            ranking.cursor = row
            await pilot.press("enter")
            said, found = await opened(pilot)
            assert text in said
            assert found == flows
            await overview_again(pilot, screen)


async def overview_again(pilot: Pilot[None], screen: Overview) -> None:
    """Go back to the overview of everything."""
    app = pilot.app
    assert isinstance(app, Palomar)
    app.use_text("")
    await pilot.press("2")
    await until(pilot, lambda: len(table(screen, "verdicts")) == 2)


async def test_clicks_and_the_plot_lead_to_flows_too() -> None:
    async with overview(shop()) as (pilot, screen):
        await pilot.click("#verdicts", offset=(5, 2), times=2)
        assert await opened(pilot) == ("--verdict DROPPED", 6)
        await overview_again(pilot, screen)
        plot = screen.query_one(Plot)
        await pilot.click(Plot, offset=(plot.size.width - 2, 3))
        assert 0 < (await opened(pilot))[1] < 20
        await overview_again(pilot, screen)
        plot.focus()
        await pilot.press("enter")
        assert await opened(pilot) == ("", 190)


async def test_what_strangers_wrote_is_escaped_and_no_markup() -> None:
    forged = flow(source=end("a/\x1b[31mred[bold]"), destination=end("a/\n1 fake" + "y" * 400))
    async with overview([forged]) as (_, screen):
        talkers = screen.query_one("#talkers", Ranking)
        lines = [talkers.render_line(y).text for y in range(talkers.size.height)]
        assert not any("\x1b" in line or "\n" in line for line in lines)
        assert "^[" in lines[1]


async def test_a_step_has_the_rate_of_its_part_in_the_range() -> None:
    at = [NOON_NS - second * SECOND for second in range(60)]
    async with overview([flow(time=from_ns(ns)) for ns in at]) as (pilot, screen):
        await pilot.press("[", "[")
        await until(pilot, lambda: screen.query_one(Plot).series.end_ns - NOON_NS < SECOND)
        await until(pilot, lambda: len(screen.query_one(Plot).series.flows) > 50)
        assert max(screen.query_one(Plot).series.flows[2:-1]) == 1.0


async def test_flows_that_have_left_the_ring_are_counted_and_said_to_be_gone(
    tmp_path: Path,
) -> None:
    times = [from_ns(NOON_NS - 600 * SECOND + at * SECOND // 4) for at in range(2000)]
    async with running_relay(tmp_path, limits={"flow": Limit(count=300)}) as relay:
        await store(relay.address, [event(time=time) for time in times])
        app = Palomar(server_at(relay.address), now_ns=lambda: NOON_NS)
        async with app.run_test(notifications=True) as pilot:
            await pilot.press("2")
            screen = pilot.app.screen
            assert isinstance(screen, Overview)
            await until(pilot, lambda: screen.answered_ns is not None)
            assert table(screen, "verdicts") == [("FORWARDED", "2k", "100%")]
            assert "kept from 16:2" in str(screen.query_one("#coverage", Label).render())

            await pilot.press("enter")
            await opened(pilot)
            await until(pilot, lambda: "Some have left the rings" in _said(pilot))

            app.use_text("")
            await pilot.press("2")
            await until(pilot, lambda: screen.coverage.rolled_up)
            screen.open_flows([Behind(("--verdict", "DROPPED"))])
            await until(pilot, lambda: "These flows have left the rings" in _said(pilot))
            assert pilot.app.current_mode == "overview"


def _said(pilot: Pilot[None]) -> str:
    return " ".join(str(toast.render()) for toast in pilot.app.screen.query("Toast"))


async def test_numbers_move_by_themselves_while_they_are_on_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.counting.EVERY", 0.02)
    async with running_relay(tmp_path) as relay:
        await store(relay.address, [event()], source="a")
        async with dashboard(server_at(relay.address)) as pilot:
            await pilot.press("2")
            screen = pilot.app.screen
            assert isinstance(screen, Overview)
            await until(pilot, lambda: table(screen, "verdicts") == [("FORWARDED", "1", "100%")])
            await store(relay.address, [event()], source="b")
            await until(pilot, lambda: table(screen, "verdicts") == [("FORWARDED", "2", "100%")])
            await pilot.press("1", "2")
            await store(relay.address, [event()], source="c")
            await until(pilot, lambda: table(screen, "verdicts") == [("FORWARDED", "3", "100%")])


async def test_no_name_that_strangers_wrote_is_too_much_for_what_leads_to_flows() -> None:
    named = [{"name": name, "namespace": name} for name in NAMES]
    drops = [
        flow(
            time=from_ns(NOON_NS),
            verdict=flow_pb2.DROPPED,
            node_name=policy["name"],
            source={"namespace": "n", "pod_name": policy["name"]},
            egress_denied_by=[policy],
        )
        for policy in named
    ]
    async with overview(drops) as (pilot, screen):
        app = pilot.app
        assert isinstance(app, Palomar)
        ranking = screen.query_one("#drops", Ranking)
        assert len(ranking.table.rows) == len(NAMES)
        for number in range(len(NAMES)):
            ranking.cursor = number
            ranking.action_open()
            assert (await opened(pilot))[1] == 1
            await pilot.press("escape")
            assert app.screen is screen
