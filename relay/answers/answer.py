"""Answers to queries: history first, then what comes live, without gap or repeat.

History is answered up to the last seq there is at the beginning. Then a follower joins, what was
stored meanwhile is read in order of arrival, and the follower's queue goes on from there. Every
part of an answer says where it stands, so that an interrupted answer can go on from that place.
"""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from contextlib import aclosing

from relay.answers.following import Following
from relay.answers.parts import Part, Place, Reading
from relay.answers.requests import Query
from relay.live.fanout import Fanout
from relay.live.follower import Follower
from relay.services.refusal import Stopping
from relay.settings import Settings
from relay.store import Store

EARLIEST = -(2**63)
"""Before every order time."""


class Answers:
    """Answers queries from one store and its fan-out."""

    def __init__(self, store: Store, fanout: Fanout, threads: Executor, settings: Settings) -> None:
        self._store = store
        self._fanout = fanout
        self._threads = threads
        self._settings = settings
        self._following: set[Follower] = set()
        self._stopping = False

    def stop(self) -> None:
        """End every stream that follows, or would begin to."""
        self._stopping = True
        for follower in self._following:
            follower.fail(Stopping())
            follower.wake()

    async def answer(self, query: Query, after: Place | None = None) -> AsyncGenerator[Part]:
        """Answer a query, or go on after a place in its answer.

        The first part says only where the answer begins.
        """
        last = self._store.last_seq()
        place = after.within(last) if after else _begin(query, last)
        yield Part([], place)
        if not place.live:
            async with aclosing(self._read(query, place)) as parts:
                async for part in parts:
                    yield part
            place = place.at_live(place.snapshot)
        if query.selection.follow:
            async with aclosing(self._follow(query, place)) as parts:
                async for part in parts:
                    yield part

    async def _follow(self, query: Query, place: Place) -> AsyncGenerator[Part]:
        if self._stopping:
            raise Stopping
        settings = self._settings
        follower = Follower(
            query.keep(self._store.dimensions), settings.follower_events, settings.follower_bytes
        )
        self._fanout.join(follower)
        self._following.add(follower)
        try:
            last = self._store.last_seq()
            if place.seq < last:
                async with aclosing(self._read(query, place, last)) as missed:
                    async for part in missed:
                        yield part
            live = Following(query, follower, settings)
            async with aclosing(live.parts(place.at_live(max(place.seq, last)))) as parts:
                async for part in parts:
                    yield part
        finally:
            self._fanout.leave(follower)
            self._following.discard(follower)

    async def _read(
        self, query: Query, place: Place, last: int | None = None
    ) -> AsyncGenerator[Part]:
        """Read in threads, one part at a time: the history that is left, or with `last` what
        arrived up to it."""
        reading = Reading(self._store, query, place, last, self._settings)
        loop = asyncio.get_running_loop()
        try:
            while (part := await loop.run_in_executor(self._threads, reading.step)) is not None:
                if part.events or part.place.live:
                    yield part
        finally:
            reading.cancel()


def _begin(query: Query, last: int) -> Place:
    begin = Place(last, EARLIEST, 0, live=False)
    return begin if query.backlog else begin.at_live(last)
