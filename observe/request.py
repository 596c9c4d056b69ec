"""What is asked of a server: the choices of a command line as a request of the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from proto.flow_pb2 import FlowFilter
from proto.observer_pb2 import GetAgentEventsRequest, GetDebugEventsRequest, GetFlowsRequest
from proto.selection import EVERYTHING
from proto.timestamps import from_ns

Request = TypeVar("Request", GetFlowsRequest, GetAgentEventsRequest, GetDebugEventsRequest)


class Contradiction(ValueError):
    """Choices that cannot be had together; the text names the options."""


@dataclass(frozen=True)
class Wanted:
    """Which part of the history, and whether what comes after it too. Times are in nanoseconds."""

    everything: bool = False
    first: int = 0
    last: int = 0
    follow: bool = False
    since_ns: int | None = None
    until_ns: int | None = None

    def __post_init__(self) -> None:
        chosen = {"--all": self.everything, "--first": self.first, "--last": self.last}
        names = [name for name, value in chosen.items() if value]
        if len(names) > 1:
            raise Contradiction(f"{' and '.join(names)} cannot be combined")

    @property
    def stops_after(self) -> int | None:
        """How many flows end a follow: `--first` with `--follow` is counted here, not there."""
        return self.first if self.follow and self.first else None

    def number(self, default: int) -> int:
        """Give the number to ask for; 0 where the range or the follow says enough."""
        if self.first:
            return 0 if self.follow else self.first
        if self.last or self.since_ns is not None or self.until_ns is not None:
            return self.last
        if self.everything:
            return EVERYTHING
        return 0 if self.follow else default

    def ask(self, request: Request, default: int) -> Request:
        """Fill in a request; `default` is the number to ask for where nothing says how many."""
        request.number = self.number(default)
        request.follow = self.follow
        request.first = bool(self.first) and not self.follow
        if self.since_ns is not None:
            request.since.CopyFrom(from_ns(self.since_ns))
        if self.until_ns is not None:
            request.until.CopyFrom(from_ns(self.until_ns))
        return request


def flows_request(
    wanted: Wanted,
    allow: Sequence[FlowFilter] = (),
    deny: Sequence[FlowFilter] = (),
    mask: Sequence[str] = (),
    *,
    default: int,
) -> GetFlowsRequest:
    """Make the request for flows."""
    request = wanted.ask(GetFlowsRequest(whitelist=allow, blacklist=deny), default)
    if mask:
        request.field_mask.paths.extend(mask)
    return request
