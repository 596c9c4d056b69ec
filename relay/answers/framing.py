"""Stored events as messages of the API, put together by hand: an event is an answer of GetFlows
already."""

from collections.abc import Sequence

from proto.framing import framed
from proto.observer_pb2 import ExportEvent, GetAgentEventsResponse, GetDebugEventsResponse
from proto.reader_pb2 import ReadResponse


def responses(answers: Sequence[bytes]) -> bytes:
    """Frame answers as the field `responses` of a ReadResponse."""
    return framed(ReadResponse.RESPONSES_FIELD_NUMBER, answers)


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
