"""Stored events as messages of the API, put together by hand: an event is an answer of GetFlows
already."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from proto.observer_pb2 import ExportEvent, GetAgentEventsResponse, GetDebugEventsResponse
from proto.reader_pb2 import ReadResponse

_RESPONSES = bytes([ReadResponse.RESPONSES_FIELD_NUMBER << 3 | 2])


def varint(number: int) -> bytes:
    """Write a number as protobuf does."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


@lru_cache(8192)
def _head(length: int) -> bytes:
    return _RESPONSES + varint(length)


def responses(answers: Sequence[bytes]) -> bytes:
    """Frame answers as the field `responses` of a ReadResponse."""
    heads = map(_head, map(len, answers))
    return b"".join(chain.from_iterable(zip(heads, answers, strict=True)))


def agent_event(event: bytes) -> bytes:
    """Turn an event into an answer of GetAgentEvents."""
    read = ExportEvent.FromString(event)
    made = GetAgentEventsResponse(agent_event=read.agent_event, node_name=read.node_name)
    if read.HasField("time"):
        made.time.CopyFrom(read.time)
    return made.SerializeToString()


def debug_event(event: bytes) -> bytes:
    """Turn an event into an answer of GetDebugEvents."""
    read = ExportEvent.FromString(event)
    made = GetDebugEventsResponse(debug_event=read.debug_event, node_name=read.node_name)
    if read.HasField("time"):
        made.time.CopyFrom(read.time)
    return made.SerializeToString()
