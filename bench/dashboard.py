"""How the dashboard answers, in a real terminal of 160 columns: its first picture, an overview and
a map of all that is stored, and keys while 10,000 and 50,000 flows a second come (or `--rate`), for
`--seconds` each (60).

A key's answer is what it draws: a letter typed in the filter while the list follows, and rows drawn
anew when the cursor moves in a list that does not follow.
"""

import random
import re
import time
from collections.abc import Iterator
from statistics import quantiles

from bench.feed import fill
from bench.feeder import started
from bench.figure import Figure, Goal, fact, lower
from bench.report import Options, command
from bench.server import Server, palomar, place, running
from bench.terminal import Terminal

RATES = (10_000, 50_000)
SECONDS = 60.0
OPENINGS = 5

FIRST = Goal(400, peer="has no dashboard")
OVERVIEW = Goal(1_000, peer="has no dashboard")
MAP = Goal(1_500, peer="has no dashboard")
KEYS = Goal(50, peer="has no dashboard")
CPU = Goal(50, peer="has no dashboard")

HEADS = rb"VERDICT"
LIVE = rb"following"
COUNTED = rb"\d[kM] flows"
CALLS = rb"[1-9][\d,]* names, [\d,]+ calls"
LOST = rb"([\d,]+) lost"

LETTERS = "ŧłđħŋæøþßðŏŭěĝ"
"""Letters that are in no flow."""

ROW = rb"\x1b\[(?:[5-9]|[1-3]\d|4[0-6]);1H"
"""The beginning of a row of the list, drawn anew."""

UP, DOWN, ESCAPE, CLEAR = "\x1b[A", "\x1b[B", "\x1b", "\x15"
PAUSE = (0.08, 0.2)
"""Seconds between two keys, drawn anew each time, so that they meet the ticks anyhow."""


def opened(server: Server) -> Terminal:
    """Start the dashboard."""
    return Terminal("dashboard", [palomar(), "tui", "--server", server.address])


def openings(server: Server) -> Iterator[float]:
    """Start it so often; give the milliseconds until it has drawn something."""
    for _ in range(OPENINGS):
        with opened(server) as terminal:
            yield terminal.wait_for(HEADS)


def appears(server: Server, key: str, pattern: bytes, repeat: int) -> Iterator[float]:
    """Go to a screen that was not looked at before; give the milliseconds until its numbers."""
    for _ in range(repeat):
        with opened(server) as terminal:
            terminal.wait_for(LIVE)
            terminal.watch(1)
            terminal.press(key)
            yield terminal.wait_for(pattern)


def typed(terminal: Terminal, rng: random.Random, until: float) -> Iterator[float]:
    """Type in the filter while the list follows."""
    while time.monotonic() < until:
        terminal.press("/")
        terminal.watch(0.3)
        for letter in LETTERS:
            terminal.press(letter)
            yield terminal.wait_for(letter.encode())
            terminal.watch(rng.uniform(*PAUSE))
        terminal.press(CLEAR)
        terminal.watch(0.3)
        terminal.press(ESCAPE)
        terminal.watch(0.5)


def moved(terminal: Terminal, rng: random.Random, until: float) -> Iterator[float]:
    """Move up and down in the list, which does not follow then."""
    terminal.press(UP * 3)
    terminal.watch(0.5)
    while time.monotonic() < until:
        for key in (UP, UP, DOWN):
            terminal.press(key)
            yield terminal.wait_for(ROW)
            terminal.watch(rng.uniform(*PAUSE))


def answers(name: str, took: list[float]) -> list[Figure]:
    """Sum up how long keys took."""
    cuts = quantiles(took, n=100, method="inclusive")
    return [
        lower(f"{name}: median", cuts[49], "ms"),
        lower(f"{name}: 99 %", cuts[98], "ms", KEYS),
        lower(f"{name}: longest", max(took), "ms"),
        fact(f"{name}: keys", len(took), "keys"),
    ]


def loaded(server: Server, rate: int, options: Options) -> list[Figure]:
    """Press keys while flows come."""
    seconds, rng = options.seconds or SECONDS, random.Random(options.seed)
    at = f"{rate:,}/s"
    with opened(server) as terminal:
        terminal.wait_for(LIVE)
        feeder = started(server.address, rate, seconds + 5, options.seed)
        terminal.watch(3)
        cpu, began = terminal.process.cpu(), time.monotonic()
        letters = list(typed(terminal, rng, began + seconds / 2))
        held = list(moved(terminal, rng, began + seconds))
        used = (terminal.process.cpu() - cpu) / (time.monotonic() - began) * 100
        shed = re.findall(LOST, terminal.watch(0.5))
        memory = terminal.process.peak()
        feeder.stop()
    return [
        *answers(f"{at}, letters", letters),
        *answers(f"{at}, moves", held),
        lower(f"{at}: CPU", used, "% of a core", CPU if rate == RATES[0] else None),
        lower(f"{at}: memory at most", memory, "MB"),
        fact(f"{at}: rows that it says it shed", int((shed or [b"0"])[-1].replace(b",", b"")), ""),
    ]


def run(options: Options) -> list[Figure]:
    """Measure."""
    rates = (options.rate,) if options.rate else RATES
    with place(options.data) as data, running(data, options.size) as server:
        fill(server, options.size, options.seed)
        figures = [lower("first picture", openings(server), "ms", FIRST)]
        repeat = min(options.repeat, 3)
        figures.append(
            lower("overview appears", appears(server, "2", COUNTED, repeat), "ms", OVERVIEW)
        )
        figures.append(lower("map appears", appears(server, "3", CALLS, repeat), "ms", MAP))
        return figures + [each for rate in rates for each in loaded(server, rate, options)]


main = command("dashboard", run)
"""The command line."""

if __name__ == "__main__":
    main()
