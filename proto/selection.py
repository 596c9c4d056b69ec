"""Which events of a sequence an answer holds: the range in time, then the filter, then the first or
last so many.

`Selection.of` reads the rules of the API from a request; `select` applies them to a finite sequence
in its own order. What the relay answers from its rings equals `select` over the same events in
order of time.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from proto.flow_pb2 import Flow
from proto.observer_pb2 import (
    ExportEvent,
    GetAgentEventsRequest,
    GetDebugEventsRequest,
    GetFlowsRequest,
    GetFlowsResponse,
)
from proto.timestamps import is_valid, to_ns

Request = GetFlowsRequest | GetAgentEventsRequest | GetDebugEventsRequest
Event = TypeVar("Event", ExportEvent, GetFlowsResponse)

EVERYTHING = 2**64 - 1
"""The number in a request that stands for all there is."""

UNCOUNTED = ("lost_events", "node_status")
"""Events that pass every filter and do not count towards the number asked for."""


class InvalidSelection(ValueError):
    """A request for what cannot be given; the text names the fields."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What part of all events is asked for.

    `number` is how many at most, None for all; 0 asks for no history, as a follow does that names
    no beginning. `first` takes the earliest instead of the latest. `since_ns` and `until_ns` are
    inclusive.
    """

    number: int | None = None
    first: bool = False
    follow: bool = False
    since_ns: int | None = None
    until_ns: int | None = None

    @classmethod
    def of(cls, request: Request) -> "Selection":
        """Read a request by the rules of the API; InvalidSelection if they forbid it."""
        if request.first and request.follow:
            raise InvalidSelection("first and follow cannot be combined")
        since = _bound("since", request.since) if request.HasField("since") else None
        until = _bound("until", request.until) if request.HasField("until") else None
        number = None if request.number in (0, EVERYTHING) else request.number
        if request.follow and not request.number and since is None:
            number = 0
        return cls(number, request.first, request.follow, since, until)

    @property
    def ranged(self) -> bool:
        """Whether there is a bound on times."""
        return self.since_ns is not None or self.until_ns is not None

    def in_range(self, ns: int | None) -> bool:
        """Tell whether a time lies in the range; an unknown one does not if there is a bound."""
        if ns is None:
            return not self.ranged
        return (self.since_ns is None or self.since_ns <= ns) and (
            self.until_ns is None or ns <= self.until_ns
        )


def event_ns(event: ExportEvent | GetFlowsResponse) -> int | None:
    """Give an event's own time: the flow's, else the envelope's, else None."""
    if event.HasField("flow") and event.flow.HasField("time"):
        return to_ns(event.flow.time)
    return to_ns(event.time) if event.HasField("time") else None


def is_counted(event: ExportEvent | GetFlowsResponse) -> bool:
    """Tell whether an event counts towards the number asked for."""
    return event.WhichOneof("response_types") not in UNCOUNTED


def select(
    events: Iterable[Event], selection: Selection, keep: Callable[[Flow], bool] | None = None
) -> Iterator[Event]:
    """Choose from events in their own order; `keep` judges the flows, None keeps them all.

    What does not count comes along where it stands: with the first so many up to the last of them,
    with the last so many from the first of them on, and all of it where there are fewer.
    """
    kept = (
        event
        for event in events
        if selection.in_range(event_ns(event))
        and (keep is None or not event.HasField("flow") or keep(event.flow))
    )
    if selection.number is None:
        return kept
    return (_first if selection.first else _last)(kept, selection.number)


def _first(events: Iterable[Event], number: int) -> Iterator[Event]:
    if not number:
        return
    for event in events:
        yield event
        number -= is_counted(event)
        if not number:
            return


def _last(events: Iterable[Event], number: int) -> Iterator[Event]:
    """Hold back as many as may be wanted; what precedes the first of them is let go."""
    held: deque[Event] = deque()
    counted = 0
    for event in events if number else ():
        held.append(event)
        counted += is_counted(event)
        while counted > number or (counted == number and not is_counted(held[0])):
            counted -= is_counted(held.popleft())
    yield from held


def _bound(name: str, time: Timestamp) -> int:
    if not is_valid(time):
        raise InvalidSelection(f"{name} {time.seconds}s {time.nanos}ns is not a time")
    return to_ns(time)
