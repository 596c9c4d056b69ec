"""Which values of a dictionary a matcher wants: judged once for each value, however many flows
share it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from proto import flow_pb2, shadow_pb2
from relay.rings.dimensions import Dimension

REMEMBERED = 16_384
"""Endpoints and services that are kept as messages, so that the next query need not parse them."""


@lru_cache(REMEMBERED)
def _endpoint(value: bytes) -> flow_pb2.Endpoint:
    return flow_pb2.Endpoint.FromString(value)


@lru_cache(REMEMBERED)
def _service(value: bytes) -> flow_pb2.Service:
    return flow_pb2.Service.FromString(value)


def _names(value: bytes) -> list[str]:
    return [name.decode() for name in shadow_pb2.Names.FromString(value).names]


PARTS: dict[str, tuple[Callable[[bytes], Any], tuple[Any, ...]]] = {
    "endpoint": (_endpoint, (None, flow_pb2.Endpoint())),
    "address": (bytes.decode, ("",)),
    "service": (_service, (None, flow_pb2.Service())),
    "names": (_names, ([],)),
    "node": (bytes.decode, ("",)),
    "method": (lambda value: flow_pb2.HTTP(method=value.decode()), (None, flow_pb2.HTTP())),
    "url": (lambda value: flow_pb2.HTTP(url=value.decode()), (None, flow_pb2.HTTP())),
    "query": (bytes.decode, (None, "")),
}
"""For each dictionary, the part of a flow that a value is (see `proto.parts`), and what 0 may
stand for."""


class Wanted:
    """The ids that a matcher wants, kept up with a dictionary that changes. `exact`: 0 is
    decided, too."""

    def __init__(self, dimension: Dimension, matches: Callable[[Any], bool]) -> None:
        self.ids: set[int] = set()
        self._dimension = dimension
        self._read, absent = PARTS[dimension.name]
        self._matches = matches
        said = {matches(part) for part in absent}
        self.exact = len(said) == 1
        if True in said:
            self.ids.add(0)
        self._next = 1
        self._collections = dimension.collections
        self.refresh()

    def refresh(self) -> bool:
        """Judge the values that are new, and let go of ids that the dictionary let go of; say
        whether there are others than before."""
        dimension, before = self._dimension, len(self.ids)
        if self._collections != dimension.collections:
            self._collections = dimension.collections
            self.ids &= {0, *(number for number, _ in dimension.since(1))}
        lost = len(self.ids) != before
        if self._next == dimension.next_id:
            return lost
        fresh = dimension.since(self._next)
        read, matches = self._read, self._matches
        found = [number for number, value in fresh if matches(read(value))]
        self.ids.update(found)
        self._next = max([self._next, *(number + 1 for number, _ in fresh[:1])])
        return lost or bool(found)
