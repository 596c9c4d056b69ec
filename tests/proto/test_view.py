from typing import Any

from hypothesis import given

from proto import flow_pb2, observer_pb2
from proto.flow_pb2 import Flow
from proto.view import ABSENT, flat, view, without
from tests.factories import flow
from tests.messages import messages

NAMES = [field.name for field in Flow.DESCRIPTOR.fields]
SINGLE = [field.name for field in Flow.DESCRIPTOR.fields if not field.is_repeated]


@given(messages(Flow))
def test_a_view_reads_what_the_message_reads(message: Any) -> None:
    seen = flat(Flow.DESCRIPTOR, NAMES).FromString(message.SerializeToString())
    for field in Flow.DESCRIPTOR.fields:
        value, found = getattr(message, field.name), getattr(seen, field.name)
        if field.message_type is None:
            assert list(found) == list(value) if field.is_repeated else found == value
        elif field.is_repeated:
            assert list(found) == [each.SerializeToString() for each in value]
        elif message.HasField(field.name):
            assert found == value.SerializeToString()
        else:
            assert found == ABSENT


@given(messages(Flow))
def test_what_a_view_does_not_have_goes_through_it(message: Any) -> None:
    made = flat(Flow.DESCRIPTOR, ["uuid"]).FromString(message.SerializeToString())
    assert Flow.FromString(made.SerializeToString()) == message


@given(messages(Flow))
def test_fields_can_be_taken_out(message: Any) -> None:
    rest = without(Flow.DESCRIPTOR, SINGLE[:20])(message.SerializeToString())
    for name in SINGLE[:20]:
        message.ClearField(name)
    assert Flow.FromString(rest) == message


def test_a_view_may_look_into_a_message() -> None:
    seen = view(Flow.DESCRIPTOR, {"l4": {"TCP": {"source_port": {}}}, "no": {}})
    made = seen.FromString(flow(l4={"TCP": {"source_port": 1}}).SerializeToString())
    assert made.l4.TCP.source_port == 1
    assert not hasattr(made, "no")


def test_of_alternatives_a_view_has_one() -> None:
    both = observer_pb2.GetFlowsResponse(flow=flow()).SerializeToString()
    both += observer_pb2.GetFlowsResponse(
        lost_events=flow_pb2.LostEvent(num_events_lost=1)
    ).SerializeToString()
    kind = flat(observer_pb2.GetFlowsResponse.DESCRIPTOR, ["flow", "lost_events"])
    assert kind.FromString(both).WhichOneof("response_types") == "lost_events"
