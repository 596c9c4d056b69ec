"""Take the pictures of the dashboard that README shows: `python -m docs.screens SERVER`, of a relay
that demo agents have fed for some minutes.
"""

import asyncio
import sys
from pathlib import Path

from textual.pilot import Pilot

from proto.client import Client
from tui.app import Palomar
from tui.filtertext import FilterText
from tui.server_source import ServerSource

FOLDER = Path(__file__).resolve().parent
SIZE = (132, 36)
SETTLES = 4.0
"""Seconds that a screen is given to ask and draw."""

SCENES: dict[str, tuple[str, tuple[str, ...]]] = {
    "flows": ("", ("1",)),
    "drops": ("--verdict DROPPED", ("1",)),
    "flow": ("--http-path /foo --protocol http", ("1", "end", "enter")),
    "overview": ("", ("2", "left_square_bracket")),
    "map": ("-n shop", ("3", "down", "right", "right", *["down"] * 7)),
    "nodes": ("", ("4",)),
}
"""The filter of each picture, and the keys that lead to it."""


async def take(server: str, name: str) -> None:
    """Take one picture."""
    text, keys = SCENES[name]
    app = Palomar(ServerSource(server, lambda: Client(server), []), FilterText.read(text))
    async with app.run_test(size=SIZE) as pilot:
        await _settle(pilot)
        for key in keys:
            await pilot.press(key)
            await _settle(pilot)
        app.save_screenshot(str(FOLDER / f"tui-{name}.svg"))


async def _settle(pilot: Pilot[None]) -> None:
    await pilot.pause(SETTLES)


def main() -> None:
    """Take all pictures."""
    for name in SCENES:
        asyncio.run(take(sys.argv[1], name))


if __name__ == "__main__":
    main()
