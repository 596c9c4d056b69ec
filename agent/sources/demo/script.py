"""The script of the demo: which act begins when, on both nodes, for ever."""

import heapq
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from agent.sources.demo import house, shop, trouble, walkthrough
from agent.sources.demo.hops import Step
from agent.sources.demo.walkthrough import Phase, phase_at
from proto.timestamps import SECOND

Scene = Callable[[random.Random], list[Step]]

SHARES = (30, 44, 16, 10)
"""How often an act is of the walk, the shop, the housekeeping, the trouble, in parts of 100."""


def timeline(seed: int, rate: float) -> Iterator[Step]:
    """Give the steps of the whole cluster, `rate` a second on average, in order of time.

    `Step.at` counts nanoseconds from the start. The same seed and rate give the same steps.
    """
    chance, order = random.Random(seed), count()
    waiting: list[tuple[int, int, Step]] = []
    for start, steps in _acts(chance, rate):
        while waiting and waiting[0][0] <= start:
            yield heapq.heappop(waiting)[2]
        for step in steps:
            timed = step._replace(at=start + step.at)
            heapq.heappush(waiting, (timed.at, next(order), timed))


def _acts(chance: random.Random, rate: float) -> Iterator[tuple[int, list[Step]]]:
    """Give acts with the nanosecond at which each begins: the next when this one's share of time is
    over."""
    seconds = 0.0
    phase = None
    while True:
        before, phase = phase, phase_at(seconds)
        for steps in (*_changes(chance, before, phase), _act(chance, phase)):
            yield int(seconds * SECOND), steps
            seconds += len(steps) / rate


def _changes(chance: random.Random, before: Phase | None, phase: Phase) -> list[list[Step]]:
    """Give what happens as one phase follows another: the policy comes and goes."""
    if before is None:
        return [house.started(chance)]
    if before is phase:
        return []
    had, has = (p.name not in ("no policy", "unknown path") for p in (before, phase))
    return [house.policy_changed(has)] if had != has else []


def _act(chance: random.Random, phase: Phase) -> list[Step]:
    """Draw an act."""
    walk: Sequence[tuple[Scene, int]] = ((phase.scene, 1),)
    scenes = chance.choices((walk, shop.SCENES, house.SCENES, trouble.SCENES), SHARES)[0]
    weights = [weight for _, weight in scenes]
    scene: Scene = chance.choices([scene for scene, _ in scenes], weights)[0]
    return scene(chance)


CYCLE = sum(phase.seconds for phase in walkthrough.PHASES)
"""How long it takes until the phases begin anew, in seconds."""
