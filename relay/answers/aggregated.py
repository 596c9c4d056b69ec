"""Answers questions about many flows, from the rollups or by scanning what is stored, and says what
the answer rests on.

Flows are scanned where a filter asks for it, or where the range has so few that it takes no longer
than the rollups; all of them are there then. A scan ends when its time is up.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from proto.aggregate_pb2 import AggregateCoverage, AggregateRequest, AggregateResponse
from proto.aggregates.asked import Asked
from proto.aggregates.tally import MOST_KEPT
from proto.timestamps import from_ns
from relay.aggregates.counting import Counting
from relay.aggregates.minutes import MINUTE_NS
from relay.aggregates.rolled import Kept, count_minutes, in_minutes
from relay.rings.classes import FLOWS, RingState
from relay.store import Store

MINUTES_AT_ONCE = 16
"""Minutes that are read at once."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done for an answer: flows that are counted one by one though they are rolled up,
    and seconds after which it ends."""

    flows: int = 300_000
    seconds: float = 2.0


class Aggregation:
    """One answer. `answer` raises ValueError for a request that makes no sense, InvalidFilter among
    them, and StoreError where the file cannot be read."""

    def __init__(self, store: Store, effort: Effort) -> None:
        self._store = store
        self._effort = effort
        self._history = store.history()
        self._deadline = time.monotonic() + effort.seconds
        self._coverage = AggregateCoverage()
        self._bounds: dict[str, int | None] = {}

    def cancel(self) -> None:
        """End it, from any thread."""
        self._history.cancel()
        self._deadline = 0.0

    def answer(self, request: AggregateRequest) -> AggregateResponse:
        """Answer a request."""
        asked = Asked.of(request)
        states = self._store.ring_states()
        rings = [states[number] for number in FLOWS]
        oldest = [state.oldest_ns for state in rings if state.oldest_ns is not None]
        self._bounds["oldest_flow"] = min(oldest, default=None)
        kept = self._rolled_up(asked, rings)
        response = self._count_minutes(asked, kept, rings) if kept else self._scan(asked, rings)
        response.coverage.CopyFrom(self._coverage)
        for name, ns in self._bounds.items():
            if ns is not None:
                getattr(response.coverage, name).CopyFrom(from_ns(ns))
        return response

    def _rolled_up(self, asked: Asked, rings: Sequence[RingState]) -> Kept | None:
        """Give what is kept of rollups, if these are to be asked."""
        if asked.allow or asked.deny:
            return None
        with self._store.reading() as connection:
            kept = Kept.of(connection)
        if kept is None:
            return None
        since, gone = asked.range.since_ns, _gone_ns(rings)
        whole = gone is None or (since is not None and since >= gone)
        if whole and self._few(asked):
            return None
        oldest = self._bounds["oldest_flow"]
        begin = max(x for x in (since, oldest, 0) if x is not None)
        return kept if kept.first * MINUTE_NS <= begin else None

    def _few(self, asked: Asked) -> bool:
        upto = self._store.last_seq()
        return self._history.count(asked.range, upto=upto) <= self._effort.flows

    def _count_minutes(
        self, asked: Asked, kept: Kept, rings: Sequence[RingState]
    ) -> AggregateResponse:
        coverage, since, until = self._coverage, asked.range.since_ns, asked.range.until_ns
        counting = Counting(in_minutes(asked.questions), self._store.dimensions)
        low = max(kept.first, kept.first if since is None else since // MINUTE_NS)
        high = min(kept.last, kept.last if until is None else until // MINUTE_NS)
        first, coverage.folded = self._read_minutes(counting, low, high)
        counting.span = first * MINUTE_NS, max(first, high + 1) * MINUTE_NS - 1
        seen = sum(state.seen for state in rings)
        if first > low:
            coverage.missing = _before(first * MINUTE_NS, "not counted, for want of time")
        elif since is not None and since < kept.first * MINUTE_NS and kept.flows < seen:
            coverage.missing = _before(kept.first * MINUTE_NS, "not known any more")
        coverage.rolled_up = True
        self._bounds |= {"since": counting.span[0], "until": counting.span[1]}
        return self._response(counting, asked)

    def _read_minutes(self, counting: Counting, low: int, high: int) -> tuple[int, int]:
        """Count minutes, the newest first; give the first one counted, and the flows folded."""
        folded, first = 0, high + 1
        while first > low and time.monotonic() < self._deadline:
            last, first = first - 1, max(low, first - MINUTES_AT_ONCE)
            with self._store.reading() as connection:
                folded += count_minutes(connection, counting, first, last)
        return first, folded

    def _scan(self, asked: Asked, rings: Sequence[RingState]) -> AggregateResponse:
        coverage, since, gone = self._coverage, asked.range.since_ns, _gone_ns(rings)
        counting = Counting(asked.questions, self._store.dimensions)
        rest = self._scan_into(counting, asked)
        least, greatest = counting.span or (None, None)
        self._bounds["since"] = least if since is None else since
        self._bounds["until"] = asked.range.until_ns or greatest
        if rest is not None:
            coverage.missing = _before(rest, "not counted, for want of time")
            self._bounds["since"] = max(rest, since or rest)
        elif gone is not None and since is not None and since < gone:
            coverage.missing = _before(gone, "not all stored any more")
            self._bounds["since"] = gone
        return self._response(counting, asked)

    def _scan_into(self, counting: Counting, asked: Asked) -> int | None:
        """Count flows; give up to when there may be more, where the time was up before."""
        found = self._history.columns(
            asked.range, asked.allow, asked.deny, counting.columns, upto=self._store.last_seq()
        )
        for columns, rest in found:
            for each in columns:
                counting.add(each)
            if rest is not None and time.monotonic() > self._deadline:
                return rest
        return None

    def _response(self, counting: Counting, asked: Asked) -> AggregateResponse:
        answers = counting.answers(asked.range.since_ns, asked.range.until_ns)
        coverage = self._coverage
        coverage.flows = counting.flows
        coverage.folded += counting.folded
        if counting.folded and not coverage.missing:
            coverage.missing = f"groups beyond {MOST_KEPT:,} were not told apart"
        return AggregateResponse(answers=answers)


def _gone_ns(rings: Sequence[RingState]) -> int | None:
    """Give up to when flows have left a ring; None where all that came is stored."""
    gone = [state.oldest_ns for state in rings if state.flows < state.seen]
    return max((each for each in gone if each is not None), default=None)


def _before(ns: int, why: str) -> str:
    return f"flows before {from_ns(ns).ToJsonString()} are {why}"
