"""The screen of one flow."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from proto.escape import UNSAFE
from proto.flow_pb2 import DROPPED, Flow
from proto.jsonlines import parse
from proto.observer_pb2 import ExportEvent, GetFlowsResponse
from proto.related import WINDOW_NS
from proto.timestamps import from_ns
from tests.factories import NOON_NS, event, flow, lost
from tests.hard_events import EVIL, FLOWS
from tests.tui.conftest import Snap
from tests.tui.scenes import NARROW, WIDE, dashboard, file_of, picture, until
from tui.file_source import FileSource
from tui.flow.panes import Pane
from tui.flow.way import Way
from tui.screens.flow import OneFlow
from tui.screens.flows import Flows

BOOKINFO = Path(__file__).parents[2] / "data" / "bookinfo.jsonl"


def bookinfo() -> list[Flow]:
    return [parse(line).flow for line in BOOKINFO.read_bytes().splitlines()]


def at(later_ns: int, **fields: object) -> Flow:
    return flow(time=from_ns(NOON_NS + later_ns), uuid=f"at {later_ns}", **fields)


async def opened(pilot: Pilot[None], made: Flow) -> OneFlow:
    """Open a flow, and wait for its way."""
    pilot.app.open_flow(GetFlowsResponse(flow=made, node_name=made.node_name))  # type: ignore[attr-defined]
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, OneFlow)
    return screen


def shown(screen: OneFlow) -> str:
    """Give the text of the fields, or of the JSON."""
    drawn = screen.query_one(Pane).query_one(Static)
    height = drawn.size.height
    return "\n".join(drawn.render_line(y).text.rstrip() for y in range(height))


def line(screen: OneFlow) -> str:
    return str(screen.query_one("#line", Static).render())


async def test_its_way_is_found_and_the_cursor_is_on_it(tmp_path: Path) -> None:
    held = [at(0), at(5), at(9, l4={"TCP": {"source_port": 1, "destination_port": 2}})]
    async with dashboard(file_of(tmp_path, *held)) as pilot:
        screen = await opened(pilot, held[1])
        way = screen.query_one(Way)
        assert [hop.response.flow.uuid for hop in way.hops] == ["at 0", "at 5"]
        assert way.cursor_row == 1
        assert way.border_title == "Way: 2 flows in 5ns"
        assert "at 5" in shown(screen)


async def test_the_cursor_chooses_whose_fields_are_shown(tmp_path: Path) -> None:
    held = [at(0), at(5, verdict=DROPPED)]
    async with dashboard(file_of(tmp_path, *held)) as pilot:
        screen = await opened(pilot, held[0])
        await pilot.press("j")
        assert "at 5" in shown(screen)
        assert "DROPPED" in line(screen)
        assert screen.selected().flow.uuid == "at 5"
        await pilot.press("k")
        assert "at 0" in shown(screen)
        assert [each.flow.uuid for each in screen.listed()] == ["at 0", "at 5"]


async def test_the_json_is_a_key_away(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, at(0))) as pilot:
        screen = await opened(pilot, at(0))
        await pilot.press("r")
        assert '"uuid": "at 0"' in shown(screen)
        assert screen.query_one(Pane).border_title == "JSON"
        await pilot.press("r")
        assert '"uuid"' not in shown(screen)


async def test_the_way_of_another_hop_can_be_found(tmp_path: Path) -> None:
    def asked(later_ns: int, name: str) -> Flow:
        l7 = {"http": {"headers": [{"key": "X-Request-Id", "value": name}]}}
        return at(later_ns, l7=l7)

    held = [at(0), asked(1, "a"), asked(2, "b")]
    async with dashboard(file_of(tmp_path, *held)) as pilot:
        screen = await opened(pilot, held[0])
        way = screen.query_one(Way)
        assert len(way.hops) == 3
        await pilot.press("j", "enter")
        await until(pilot, lambda: len(way.hops) == 2)
        assert [hop.chosen for hop in way.hops] == [False, True]


async def test_its_connection_can_be_listed(tmp_path: Path) -> None:
    other = {"TCP": {"source_port": 9, "destination_port": 8080}}
    held = [at(0), at(5), at(7, l4=other), at(WINDOW_NS + 6)]
    async with dashboard(file_of(tmp_path, *held)) as pilot:
        await opened(pilot, held[0])
        await pilot.press("j", "f")
        flows = pilot.app.screen
        assert isinstance(flows, Flows)
        await until(pilot, lambda: len(flows.intake.window) == 2)
        assert flows.app.filters.text == "--protocol tcp --ip 10.0.0.1 --port 45004"


async def test_what_names_no_connection_is_told(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, at(0))) as pilot:
        screen = await opened(pilot, at(0, IP={}, l4={}))
        await pilot.press("f")
        assert pilot.app.screen is screen
        assert [each.message for each in pilot.app._notifications] == ["it names no connection"]


@pytest.mark.parametrize(("row", "opens"), [(event(), True), (lost(3), False)])
async def test_enter_opens_a_flow_and_nothing_else(
    tmp_path: Path, row: ExportEvent, opens: bool
) -> None:
    async with dashboard(file_of(tmp_path, row)) as pilot:
        flows = pilot.app.screen
        assert isinstance(flows, Flows)
        await until(pilot, lambda: len(flows.window) == 1)
        await pilot.press("k", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, OneFlow) == opens


async def test_escape_goes_back(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, at(0))) as pilot:
        before = pilot.app.screen
        await opened(pilot, at(0))
        await pilot.press("escape")
        assert pilot.app.screen is before


@pytest.mark.parametrize(("size", "wide"), [(WIDE, True), (NARROW, False)])
async def test_the_parts_are_side_by_side_where_there_is_room(
    tmp_path: Path, size: tuple[int, int], wide: bool
) -> None:
    async with dashboard(file_of(tmp_path, at(0)), size=size) as pilot:
        screen = await opened(pilot, at(0))
        pane, way = screen.query_one(Pane).region, screen.query_one(Way).region
        assert (pane.y == way.y) == wide
        assert way.bottom <= size[1] - 1


async def test_tab_goes_to_the_other_part_which_grows(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, at(0)), size=NARROW) as pilot:
        screen = await opened(pilot, at(0))
        pane, way = screen.query_one(Pane), screen.query_one(Way)
        assert way.has_focus
        assert pane.size.height < way.size.height
        await pilot.press("tab")
        assert pane.has_focus
        assert pane.size.height > way.size.height
        await pilot.press("G")
        assert pane.scroll_y == pane.max_scroll_y > 0
        await pilot.press("g")
        assert pane.scroll_y == 0


async def test_a_source_that_fails_is_told_and_the_flow_stays(tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, at(0))) as pilot:
        pilot.app.source = FileSource("no [/b] \x1b[31m")  # type: ignore[attr-defined]
        screen = await opened(pilot, at(0))
        title = screen.query_one(Way).border_title
        assert title is not None
        said = "Way: cannot read no [/b] ^[[31m: No such file or directory"
        assert title.replace("\\[", "[") == said
        assert "at 0" in shown(screen)
        assert [each.flow.uuid for each in screen.listed()] == ["at 0"]


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_what_strangers_wrote_neither_breaks_nor_forges(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    evil = {
        "Summary": f"[/foo] [bold red]x {EVIL}" + "y" * 50_000,
        "node_name": f"[@click=app.quit]n[/] {EVIL}",
        "l7": {"http": {"url": f"[/foo]{EVIL}", "headers": [{"key": EVIL, "value": "[/]" + EVIL}]}},
    }
    held = [each.flow for each in FLOWS] + [at(1, **evil)]
    async with dashboard(file_of(tmp_path, *held), size=size) as pilot:
        screen = await opened(pilot, held[-1])
        assert "[/foo] [bold red]x web" in line(screen)
        for key in ("r", "j", "k", "r", "G", "tab", "G"):
            await pilot.press(key)
            drawn = [strip.text for strip in screen._compositor.render_strips()]
            assert not any(UNSAFE.search(text) for text in drawn)


@pytest.mark.parametrize(
    ("size", "keys"),
    [(WIDE, ("k", "k")), (NARROW, ()), (NARROW, ("r", "tab")), (WIDE, ("question_mark",))],
    ids=["wide", "narrow", "json", "help"],
)
def test_how_it_looks(
    snap: Snap, tmp_path: Path, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    async def play() -> str:
        held = bookinfo()
        async with dashboard(file_of(tmp_path, *held), size=size) as pilot:
            await opened(pilot, held[-1])
            await pilot.press(*keys)
            return await picture(pilot)

    snap(play())
