"""From a serialized CollectRequest to events that are fit to be stored.

The real schema decides: an event that it cannot parse could not be read back by anyone, and is
refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from google.protobuf.message import DecodeError

from proto import collector_pb2, observer_pb2, shadow_pb2
from relay.errors import InvalidBatch
from relay.ingest.wire import LENGTH
from relay.rings.classes import KINDS, RING_OF_KIND

MAX_EVENT_BYTES = 1 << 18
"""Longest event that is stored: a block holds 256 of them in memory at once."""

STORED_KINDS: frozenset[str | None] = frozenset({"flow", *RING_OF_KIND})
"""Fields of ExportEvent that have a ring. The relay says itself what its nodes do: node_status has
none."""

KIND_TAGS = frozenset(bytes([KINDS[kind] << 3 | LENGTH]) for kind in ("flow", *RING_OF_KIND))
"""What events that are stored mostly begin with."""


class Accepted(NamedTuple):
    """Events as they came, and how many were refused beside them."""

    events: list[bytes]
    refused: int


def read_batch(request: bytes) -> shadow_pb2.RawBatch:
    """Give the batch of a CollectRequest, its events unparsed. Raises InvalidBatch."""
    try:
        read = shadow_pb2.RawRequest.FromString(request)
    except DecodeError as error:
        raise InvalidBatch("the request is no CollectRequest") from error
    if not read.HasField("batch"):
        raise InvalidBatch("the request holds no batch")
    return read.batch


def as_request(events: Sequence[bytes]) -> bytes:
    """Put events together again as a CollectRequest."""
    raw = shadow_pb2.RawBatch(events=events)
    return shadow_pb2.RawRequest(batch=raw).SerializeToString()


def accept(events: list[bytes], request: bytes) -> Accepted:
    """Judge the events of `request`: all at once, or one by one where any is wrong."""
    if _all_fit(events, request):
        return Accepted(events, 0)
    fit = [event for event in events if is_fit(event)]
    return Accepted(fit, len(events) - len(fit))


def _all_fit(events: list[bytes], request: bytes) -> bool:
    if max(map(len, events), default=0) > MAX_EVENT_BYTES:
        return False
    try:
        batch = collector_pb2.CollectRequest.FromString(request).batch
    except DecodeError:
        return False
    return _of_one_kind_each(events) or all(map(_is_stored, batch.events))


def _of_one_kind_each(events: list[bytes]) -> bool:
    """Say whether each event begins with the one field that says what it is. Where all begin with
    one, and there are as many as events, none has another."""
    if not {event[:1] for event in events} <= KIND_TAGS:
        return False
    kinds = shadow_pb2.Kinds.FromString(b"".join(events))
    return sum(len(getattr(kinds, name)) for name in KINDS) == len(events)


def _is_stored(event: observer_pb2.ExportEvent) -> bool:
    return event.WhichOneof("response_types") in STORED_KINDS


def is_fit(event: bytes) -> bool:
    """Say whether an event may be stored: anyone can read it, and there is a ring for it."""
    if len(event) > MAX_EVENT_BYTES:
        return False
    try:
        read = observer_pb2.ExportEvent.FromString(event)
    except DecodeError:
        return False
    return _is_stored(read)
