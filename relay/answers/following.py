"""The live part of an answer: what a follower's queue holds, until the stream's end."""

import time
from collections.abc import AsyncGenerator, Sequence

from relay.answers.parts import Part, Place
from relay.answers.requests import Query
from relay.live.follower import Follower
from relay.live.losses import Losses
from relay.rings.classes import LOST
from relay.rings.stored import Stored
from relay.settings import Settings

CHUNK = 256
"""Most events in a live part of an answer."""


class Following:
    """One follower's stream.

    It ends by the wall clock, not by the time of an event: a node whose clock is fast must not
    end it for all.
    """

    def __init__(self, query: Query, follower: Follower, settings: Settings) -> None:
        self._query = query
        self._follower = follower
        self._settings = settings
        self._losses = Losses(settings.node_name, settings.loss_interval)
        self._end = _end(query.selection.until_ns, settings.until_grace)
        self._said = time.monotonic()

    async def parts(self, place: Place) -> AsyncGenerator[Part]:
        """Give what comes after a place, until the selection ends or the follower fails."""
        done = reached = place.seq
        while True:
            over = self._end is not None and time.time() >= self._end
            taken, lost, last = self._follower.take(CHUNK, self._settings.answer_bytes)
            reached = max(reached, last)
            events = self._render([event for event in taken if event.seq > done], lost)
            if over and not taken:
                events += self._losses.rest()
            if events or self._silent():
                self._said = time.monotonic()
                yield Part(events, place.at_live(reached))
            if self._follower.failure:
                raise self._follower.failure
            if over and not taken:
                return
            await self._follower.wait(self._patience())

    def _render(self, taken: Sequence[Stored], lost: int) -> list[bytes]:
        """Make the answers of what was taken, and of the losses that may be told."""
        for event in taken:
            if event.ring == LOST:
                self._losses.add(event.event)
        if lost:
            self._losses.overtaken(lost, time.time_ns())
        flows = [event.event for event in taken if event.ring != LOST]
        return self._query.rendered(flows) + self._losses.due()

    def _silent(self) -> bool:
        """Say whether it is time to tell a quiet stream how far it has come."""
        return time.monotonic() - self._said >= self._settings.cursor_interval

    def _patience(self) -> float:
        """Seconds after which there is something to do, even if nothing comes."""
        quiet = self._said + self._settings.cursor_interval - time.monotonic()
        left = quiet if self._end is None else self._end - time.time()
        owed = self._losses.wait()
        return max(0.0, min(quiet, left, quiet if owed is None else owed))


def _end(until_ns: int | None, grace: float) -> float | None:
    return None if until_ns is None else until_ns / 1e9 + grace
