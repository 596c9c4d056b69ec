"""How the flow list looks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input

from proto.flow_pb2 import DROPPED, ERROR, Flow
from tests.commands import lines_file
from tests.factories import event, lost
from tests.tui.conftest import Snap
from tests.tui.scenes import NARROW, WIDE, dashboard, file_of, picture, until
from tests.tui.traffic import shop
from tui.app import Palomar
from tui.file_source import FileSource
from tui.list.feed import Phase, State

HOSTILE = "[/foo][@click=app.quit]\x1b[31m\x9b2J\r\n‮gpj.exe 日本 " + "x" * 300


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is shown by its name, which shall be the same everywhere."""
    monkeypatch.chdir(tmp_path)
    flows = [summed_up(each) for each in shop()]
    file_of(Path(), *flows[-100:-8], lost(1204), *flows[-8:])


def summed_up(flow: Flow) -> Flow:
    """Put a flow in a few words, as what sees flows does."""
    http, dns = flow.l7.http, flow.l7.dns
    words = "TCP Flags: SYN"
    if flow.l7.HasField("dns"):
        words = f"DNS Answer RCode: {dns.rcode} ({dns.query} A)"
    elif http.code:
        took = flow.l7.latency_ns // 1_000_000
        words = f"HTTP/1.1 {http.code} {took}ms ({http.method} {http.url})"
    elif http.url:
        words = f"HTTP/1.1 {http.method} {http.url}"
    flow.Summary = words
    return flow


async def scene(
    *keys: str,
    size: tuple[int, int] = WIDE,
    filters: str = "",
    change: Callable[[Palomar], object] = lambda app: None,
) -> str:
    """Open the list over the shop's flows, change something, press keys; draw it."""
    async with dashboard(FileSource("flows.jsonl"), filters, size) as pilot:
        app = pilot.app
        assert isinstance(app, Palomar)
        await until(pilot, lambda: app.flows.intake.feed is not None and app.flows.intake.feed.done)
        app.flows.tick()
        change(app)
        await pilot.press(*keys)
        await pilot.pause()
        app.flows.tick()
        return await picture(pilot)


def test_following(snap: Snap) -> None:
    snap(scene())


def test_not_following(snap: Snap) -> None:
    snap(scene("pageup", "k", "l", "l"))


def test_paused(snap: Snap) -> None:
    def pause(app: Palomar) -> None:
        app.flows.action_pause()
        app.flows.window.offer([b""] * 1204)

    snap(scene(change=pause))


def test_filtered(snap: Snap) -> None:
    snap(scene(filters="--verdict DROPPED --not --port 53"))


def test_narrow(snap: Snap) -> None:
    snap(scene(size=NARROW))


def test_high_contrast(snap: Snap) -> None:
    def contrast(app: Palomar) -> None:
        app.theme = "palomar-contrast"

    snap(scene("k", change=contrast))


def test_without_colours(snap: Snap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    snap(scene("k", "l"))


def test_empty(snap: Snap) -> None:
    lines_file(Path(), [])
    snap(scene())


def test_disconnected(snap: Snap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.widgets.top_line.monotonic", lambda: 100.0)

    def lose(app: Palomar) -> None:
        assert app.flows.intake.feed
        why = "connection refused; is a relay running there? (palomar relay)"
        app.flows.intake.feed.state = State(Phase.LOST, why, 103.0)

    snap(scene(change=lose))


def test_a_wrong_filter(snap: Snap) -> None:
    def still(app: Palomar) -> None:
        app.screen.query_one(Input).cursor_blink = False

    snap(scene("slash", *"--verdict DROPED", change=still))


def test_completion(snap: Snap) -> None:
    def still(app: Palomar) -> None:
        app.screen.query_one(Input).cursor_blink = False

    snap(scene("slash", *"--from-na", "tab", "tab", change=still))


def test_hostile_text(snap: Snap) -> None:
    end = {"namespace": HOSTILE, "pod_name": HOSTILE}
    file_of(
        Path(),
        event(source=end, destination=end, Summary=HOSTILE, node_name=HOSTILE),
        event(source={}, destination={}, source_names=[HOSTILE], verdict=DROPPED),
        lost(3, node_name=HOSTILE),
        event(verdict=ERROR),
    )
    snap(scene("k"))
