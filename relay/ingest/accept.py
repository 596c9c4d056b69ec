"""From a serialized CollectRequest to events that are fit to be stored, each with the shadow it is
indexed by.

The real schema decides: an event that it cannot parse could not be read back by anyone, and is
refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from google.protobuf.message import DecodeError

from proto import collector_pb2, observer_pb2, shadow_pb2
from relay.errors import InvalidBatch
from relay.rings.classes import RING_OF_KIND

MAX_EVENT_BYTES = 1 << 18
"""Longest event that is stored: a block holds 256 of them in memory at once."""

FIRST = itemgetter(slice(1))
FLOW_TAG = b"\n"
"""With what an event begins whose first field is a flow."""

STORED_KINDS = frozenset({"flow", *RING_OF_KIND})
"""Fields of ExportEvent that have a ring. The relay says itself what its nodes do: node_status has
none."""


class Accepted(NamedTuple):
    """Events as they came, the shadow of each, its kind, and how many were refused beside them."""

    events: list[bytes]
    shadows: Sequence[shadow_pb2.Event]
    kinds: Sequence[str]
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
    shadows = _all_at_once(request)
    if shadows is not None and max(map(len, events), default=0) <= MAX_EVENT_BYTES:
        kinds = _kinds(events, shadows)
        if STORED_KINDS.issuperset(kinds):
            return Accepted(events, shadows, kinds, 0)
    return _one_by_one(events)


def _kinds(events: list[bytes], shadows: Sequence[shadow_pb2.Event]) -> list[str]:
    """Say of what kind each is, by the first byte where all begin with a flow: a second kind would
    have shortened the shadow."""
    if set(map(FIRST, events)) == {FLOW_TAG}:
        return ["flow"] * len(events)
    return [shadow.WhichOneof("kind") or "" for shadow in shadows]


def _all_at_once(request: bytes) -> Sequence[shadow_pb2.Event] | None:
    try:
        collector_pb2.CollectRequest.FromString(request)
    except DecodeError:
        return None
    read = shadow_pb2.Request.FromString(request)
    return read.batch.events if read.ByteSize() == len(request) else None


def _one_by_one(events: list[bytes]) -> Accepted:
    judged = [(event, shadow) for event in events if (shadow := shadow_of(event)) is not None]
    shadows = [shadow for _, shadow in judged]
    kinds = [str(shadow.WhichOneof("kind")) for shadow in shadows]
    return Accepted([event for event, _ in judged], shadows, kinds, len(events) - len(judged))


def shadow_of(event: bytes) -> shadow_pb2.Event | None:
    """Give what an event is indexed by, or None for one that is refused."""
    try:
        real = observer_pb2.ExportEvent.FromString(event)
    except DecodeError:
        return None
    if len(event) > MAX_EVENT_BYTES or real.WhichOneof("response_types") not in STORED_KINDS:
        return None
    shadow = shadow_pb2.Event.FromString(event)
    if shadow.ByteSize() == len(event):
        return shadow
    return shadow_pb2.Event.FromString(real.SerializeToString())
