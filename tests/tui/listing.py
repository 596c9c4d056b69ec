"""The flow list in tests: over a file, or over a relay that holds some flows."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from proto.observer_pb2 import ExportEvent
from proto.timestamps import SECOND, from_ns
from relay.relay import Relay
from tests.factories import NOON_NS, event
from tests.relays import running_relay, store
from tests.tui.scenes import WIDE, dashboard, server_at, until
from tui.app import Palomar
from tui.list.intake import LAST
from tui.list.status_line import StatusLine
from tui.screens.flows import Flows
from tui.source import Source

ROWS = WIDE[1] - 5
"""Rows in sight: all lines but those of the bars around the list."""


def flows(count: int, first: int = 0, **fields: object) -> list[ExportEvent]:
    """Make flows a second apart; the endpoint's ID is their number."""
    return [
        event(time=from_ns(NOON_NS + number * SECOND), source={"ID": number}, **fields)
        for number in range(first, first + count)
    ]


@asynccontextmanager
async def listed(
    source: Source, count: int, filters: str = ""
) -> AsyncIterator[tuple[Pilot[None], Flows]]:
    """Open the flow list, and wait until it has so many rows."""
    async with dashboard(source, filters) as pilot:
        app = pilot.app
        assert isinstance(app, Palomar)
        await until(pilot, lambda: len(app.flows.window) >= count)
        yield pilot, app.flows


@asynccontextmanager
async def live(
    folder: Path, events: Sequence[ExportEvent]
) -> AsyncIterator[tuple[Pilot[None], Flows, Relay]]:
    """Open the flow list over a relay that holds these."""
    async with running_relay(folder) as relay:
        await store(relay.address, events)
        async with listed(server_at(relay.address), min(len(events), LAST)) as (pilot, screen):
            yield pilot, screen, relay


def selected(screen: Flows) -> int:
    response = screen.selected()
    assert response
    return response.flow.source.ID


def status(screen: Flows) -> str:
    screen.tick()
    return screen.query_one(StatusLine).render().plain
