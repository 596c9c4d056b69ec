"""Queries: what a request asks the relay's history and its live events for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from proto.fieldmask import cutter
from proto.filters import predicate
from proto.flow_pb2 import FlowFilter
from proto.observer_pb2 import (
    GetAgentEventsRequest,
    GetDebugEventsRequest,
    GetFlowsRequest,
    GetFlowsResponse,
)
from proto.selection import Selection
from relay.answers import framing
from relay.history.query import History
from relay.live.candidates import LiveFlows, in_range
from relay.live.follower import Keep
from relay.rings.classes import EVENT, KINDS
from relay.rings.dimensions import Dimensions
from relay.rings.stored import Committed, Stored

ENVELOPE = tuple(field.name for field in GetFlowsResponse.DESCRIPTOR.fields if field.name != "flow")
"""What of an answer a mask does not touch."""

Kind = Literal["flow", "agent", "debug"]
Chunks = Iterator[list[Stored]]


@dataclass(frozen=True)
class Query:
    """What is wanted, and how an event is rendered into an answer."""

    kind: Kind
    selection: Selection
    render: Callable[[bytes], bytes] | None
    """None: as it is, which is an answer of GetFlows already."""
    allow: Sequence[FlowFilter] = ()
    deny: Sequence[FlowFilter] = ()
    surveyed: bool = False
    """Whether to say what the history was drawn from, which costs a count."""

    def rendered(self, events: list[bytes]) -> list[bytes]:
        """Render events."""
        return events if self.render is None else [self.render(event) for event in events]

    @property
    def backlog(self) -> bool:
        """Whether any history is wanted."""
        return self.selection.number != 0

    def history(self, history: History, upto: int, after: tuple[int, int] | None) -> Chunks:
        """Read the history up to a seq; `after` a place in it, by order time and seq."""
        if self.kind != "flow":
            return history.events(self.kind, self.selection, upto=upto)
        return history.flows(self.selection, self.allow, self.deny, upto=upto, after=after)

    def arrivals(self, history: History, above: int, upto: int) -> Chunks:
        """Read what arrived after the seq `above` up to `upto`, in that order."""
        if self.kind == "flow":
            return history.arrivals(self.selection, self.allow, self.deny, above=above, upto=upto)
        everything = replace(self.selection, number=None)
        found = history.events(self.kind, everything, upto=upto)
        return iter([sorted(stored for chunk in found for stored in chunk if stored.seq > above)])

    def keep(self, dimensions: Dimensions) -> Keep:
        """Make the judge of live events; `dimensions` are the store's."""
        if self.kind == "flow":
            return LiveFlows(self.selection, self.allow, self.deny, dimensions)
        return _events(self)


def _events(query: Query) -> Keep:
    """Keep agent or debug events in range."""
    kind = KINDS[f"{query.kind}_event"]

    def keep(committed: Committed) -> list[Stored]:
        wanted = (committed.rings == EVENT) & (committed.columns["kind"] == kind)
        return committed.at(np.flatnonzero(wanted & in_range(query.selection, committed)))

    return keep


def _masked(paths: tuple[str, ...]) -> Callable[[bytes], bytes]:
    """Make what leaves the named fields of a flow; the envelope stays whole."""
    cut = cutter(GetFlowsResponse.DESCRIPTOR, (*ENVELOPE, *(f"flow.{path}" for path in paths)))
    # Parsed and written anew first: a part that came twice is one then.
    return lambda event: cut(GetFlowsResponse.FromString(event).SerializeToString())


def of_flows(request: GetFlowsRequest, surveyed: bool = False) -> Query:
    """Read a request for flows.

    Raise InvalidFilter or InvalidSelection, before anything is answered.
    """
    selection = Selection.of(request)
    predicate(request.whitelist, request.blacklist)
    paths = tuple(request.field_mask.paths)
    render = _masked(paths) if paths else None
    return Query("flow", selection, render, request.whitelist, request.blacklist, surveyed)


def of_agent_events(request: GetAgentEventsRequest) -> Query:
    """Read a request for agent events. Raise InvalidSelection."""
    return Query("agent", Selection.of(request), framing.agent_event)


def of_debug_events(request: GetDebugEventsRequest) -> Query:
    """Read a request for debug events. Raise InvalidSelection."""
    return Query("debug", Selection.of(request), framing.debug_event)
