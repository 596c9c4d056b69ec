"""Messages put together by hand equal those that protobuf makes."""

import pytest

from proto.flow_pb2 import AGENT_STARTED
from proto.framing import varint
from proto.observer_pb2 import GetAgentEventsResponse, GetDebugEventsResponse, GetFlowsResponse
from proto.reader_pb2 import ReadResponse
from relay.answers.framing import agent_event, debug_event, responses
from tests.factories import event


@pytest.mark.parametrize("size", [0, 1, 100, 127, 128, 16_383, 16_384, 3_000_000])
def test_responses_of_any_size(size: int) -> None:
    answers = [event(Summary="x" * size).SerializeToString(), b"", b"\xfa\xff\x0f\x03new"]
    framed = ReadResponse.FromString(responses(answers))
    assert [each.SerializeToString() for each in framed.responses] == answers
    assert (
        responses(answers)
        == ReadResponse(
            responses=[GetFlowsResponse.FromString(each) for each in answers]
        ).SerializeToString()
    )


def test_varints() -> None:
    assert [varint(n) for n in (0, 127, 128, 300)] == [b"\0", b"\x7f", b"\x80\1", b"\xac\2"]


def test_agent_and_debug_events_change_their_number_alone() -> None:
    told = event()
    told.agent_event.type = AGENT_STARTED
    assert GetAgentEventsResponse.FromString(agent_event(told.SerializeToString())) == (
        GetAgentEventsResponse(
            agent_event=told.agent_event, node_name=told.node_name, time=told.time
        )
    )
    told.debug_event.message = "m"
    told.ClearField("time")
    assert GetDebugEventsResponse.FromString(debug_event(told.SerializeToString())) == (
        GetDebugEventsResponse(debug_event=told.debug_event, node_name=told.node_name)
    )
