"""The demo source: one node of the made-up cluster, in real time."""

import random
import time
from collections.abc import Callable, Iterator
from itertools import count, takewhile

from agent.sources.demo.cast import CLUSTER, NODE_LABELS
from agent.sources.demo.hops import Step
from agent.sources.demo.script import CYCLE, timeline
from agent.sources.source import CHUNK_EVENTS, Chunk, Source
from proto.timestamps import SECOND
from proto.version import VERSION

NODES = ("node-1", "node-2")
"""Names of the two nodes, where a demo plays both."""

TICK = 0.01
"""How often what has happened is handed on, in seconds."""

SHARE = 0.5
"""How much of the cluster's traffic one node sees."""

RENDERED = 1_000
"""Flows a second from which on one cycle is made once and played again and again, faster."""

RENDERED_RATE = 100
"""Flows a second of the cycle that is made once."""

EARLY = 200
"""Most flows with which a demo begins: it starts a little in the past, at a time that agents of the
same rate share."""

LATE = 2 * SECOND
"""How far a demo may fall behind before it skips what it missed, in nanoseconds."""


class DemoSource(Source):
    """What node `index` (0 or 1) sees, under the name `node`, `rate` events a second on average.

    Content follows from `seed` and `rate`; times, and the uuids made from them, do not. Two demos
    with the same seed and rate play two nodes of one cluster. After `duration` seconds it ends.
    """

    kind = "demo"
    waits = False
    resumes = False

    def __init__(
        self,
        node: str,
        index: int,
        *,
        cluster: str = CLUSTER,
        rate: float = 20.0,
        seed: int = 1,
        duration: float | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        super().__init__("demo")
        self.node = node
        self.cluster = cluster
        self.rate = rate
        self.seed = seed
        self._name = f"{cluster}/{node}" if cluster else node
        self._index = index
        self._seconds = duration
        self._clock = clock

    def chunks(self, position: bytes, most_bytes: int) -> Iterator[Chunk]:
        """Play from the start, whatever the position: what happens is always new."""
        self._start = self._begin()
        self._prefix = _uuid_prefix(self.seed, self._index, self._start)
        batch: list[bytes] = []
        size = 0
        for number, step in enumerate(self._steps()):
            while (ahead := self._start + step.at - self._clock()) > 0:
                if batch:
                    yield Chunk(batch, b"")
                    batch, size = [], 0
                if self.stopping.wait(max(ahead / SECOND, TICK)):
                    return
            batch.append(self._stamped(step, number))
            size += len(batch[-1])
            if len(batch) == CHUNK_EVENTS or size > most_bytes // 2:
                yield Chunk(batch, b"")
                batch, size = [], 0
                self._catch_up(-ahead)
        if batch:
            yield Chunk(batch, b"")

    def _steps(self) -> Iterator[Step]:
        """Give what this node sees, up to the end."""
        fast = self.rate >= RENDERED
        steps = self._replayed() if fast else timeline(self.seed, self.rate / SHARE)
        mine = (step for step in steps if step.node == self._index)
        return mine if self._seconds is None else _until(mine, self._seconds)

    def _replayed(self) -> Iterator[Step]:
        """Play one cycle again and again, as fast as the rate asks."""
        whole = _until(timeline(self.seed, RENDERED_RATE / SHARE), CYCLE)
        cycle = [step for step in whole if step.node == self._index]
        span = len(cycle) / self.rate * SECOND
        for turn in count():
            for at, node, event in cycle:
                yield Step(int((turn + at / (CYCLE * SECOND)) * span), node, event)

    def _stamped(self, step: Step, number: int) -> bytes:
        """Write the event of a step with its time, node and uuid."""
        event = step.event
        seconds, nanos = divmod(self._start + step.at, SECOND)
        event.node_name = self._name
        event.time.seconds, event.time.nanos = seconds, nanos
        if event.HasField("flow"):
            flow = event.flow
            flow.time.seconds, flow.time.nanos = seconds, nanos
            flow.uuid = f"{self._prefix}{number:012x}"
            if not flow.node_name:
                flow.node_name = self._name
                flow.node_labels.extend(NODE_LABELS[self._index])
                flow.emitter.name, flow.emitter.version = "Palomar", VERSION
        return event.SerializeToString()

    def _begin(self) -> int:
        """Find the start: at once for a demo of limited duration, else the last multiple of some
        seconds, so that two agents that start together agree.
        """
        if self._seconds is not None:
            return self._clock()
        unit = int(SECOND * min(10.0, EARLY / self.rate))
        return self._clock() // unit * unit

    def _catch_up(self, late: int) -> None:
        """Let go of time that was missed, as after a suspension."""
        if late > LATE:
            self._start += late


def _until(steps: Iterator[Step], seconds: float) -> Iterator[Step]:
    return takewhile(lambda step: step.at < seconds * SECOND, steps)


def _uuid_prefix(seed: int, index: int, start: int) -> str:
    """Make all but the last group of the uuids of one run."""
    drawn = random.Random(f"{seed} {index} {start}").getrandbits(80)
    text = f"{drawn:020x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-"


def index_of(node: str) -> int:
    """Tell which of the two nodes a name plays: by its last letter or digit, so `node-1` and
    `node-2` differ."""
    return (ord(node[-1]) + 1) % 2
