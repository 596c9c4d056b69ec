"""Flows that happen as they are sent: at a rate, in a batch every 10 ms, as agents gather them."""

import time
from collections.abc import Iterator

from bench.flows import BATCH, events, requests, templates

LINGER = 0.01
"""Seconds between two batches, unless they would be larger than usual."""

LEAD_NS = 100_000_000
"""How soon the first event happens once everything is ready."""

READY = 300_000
"""Events that are made before the first is sent; of more, each batch just before its time."""

MAKING_NS = 10_000
"""How long an event may take to be made."""


class Pace:
    """`rate` events a second for some seconds; `start_ns` is when the first happened, `step_ns` the
    time between two.
    """

    def __init__(self, rate: int, seconds: float, seed: int) -> None:
        self.count = round(rate * seconds)
        self.batch = max(1, min(BATCH, round(rate * LINGER)))
        self.step_ns = 10**9 // rate
        self.seed = seed
        templates(seed)
        making_ns = self.count * MAKING_NS if self.count <= READY else 0
        self.start_ns = time.time_ns() + LEAD_NS + making_ns
        made = events(seed, self.start_ns, self.step_ns)
        batches = requests(made, self.count, batch=self.batch)
        self._batches = list(batches) if self.count <= READY else batches
        self._sent: list[int] = []

    def __iter__(self) -> Iterator[bytes]:
        """Give each batch once its last event has happened."""
        for number, batch in enumerate(self._batches):
            happened = self.start_ns + (number + 1) * self.batch * self.step_ns
            time.sleep(max(0, happened - time.time_ns()) / 1e9)
            self._sent.append(time.time_ns())
            yield batch

    def sent_ns(self, happened_ns: int) -> int:
        """Say when an event was sent that happened then; 0 if it is none of these."""
        number = (happened_ns - self.start_ns) // self.step_ns // self.batch
        return self._sent[number] if 0 <= number < len(self._sent) else 0
