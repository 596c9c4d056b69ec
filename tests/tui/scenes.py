"""Scenes of the dashboard for tests: over flows of a file or a relay, at a time that stands still.

async def scene() -> str:
    async with dashboard(file_of(tmp_path, flow(), flow())) as pilot:
        await pilot.press("j")
        return await picture(pilot)

snap(scene())
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from proto.flow_pb2 import Flow
from proto.observer_pb2 import ExportEvent
from tests.commands import lines_file
from tests.factories import NOON_NS
from tui.app import Palomar
from tui.file_source import FileSource
from tui.filtertext import FilterText
from tui.server_source import ServerSource
from tui.source import Source

WIDE, NARROW = (140, 40), (80, 24)
"""Sizes of a terminal: columns and lines."""


def file_of(folder: Path, *events: Flow | ExportEvent) -> FileSource:
    """Make a source of a file with these flows."""
    return FileSource(str(lines_file(folder, events)))


def server_at(address: str) -> ServerSource:
    """Make a source of a relay."""
    from proto.client import Client

    return ServerSource("relay", lambda: Client(address))


@asynccontextmanager
async def dashboard(
    source: Source, filters: str = "", size: tuple[int, int] = WIDE
) -> AsyncIterator[Pilot[None]]:
    """Open the dashboard at noon, when nothing moves by itself."""
    app = Palomar(source, FilterText.read(filters), now_ns=lambda: NOON_NS)
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        yield pilot


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait for what a thread brings."""
    while not condition():
        await pilot.pause(0.005)


async def picture(pilot: Pilot[None]) -> str:
    """Draw what is on the screen, once everything that waits is done."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    return pilot.app.export_screenshot(title="palomar")
