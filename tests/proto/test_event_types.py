"""The names of event types and subtypes agree with the contract's enums."""

from proto import event_types
from proto.flow_pb2 import AgentEventType, TraceObservationPoint


def test_trace_points_are_the_contract_s_observation_points() -> None:
    names = {name.upper().replace("-", "_") for name in event_types.TRACE_POINTS}
    assert names == set(TraceObservationPoint.keys()) - {"UNKNOWN_POINT"}
    for name, number in event_types.TRACE_POINTS.items():
        point = TraceObservationPoint.Value(name.upper().replace("-", "_"))
        assert number == (0 if name == "to-endpoint" else point)


def test_agent_events_are_numbered_as_in_the_contract() -> None:
    for name, number in event_types.AGENT_EVENTS.items():
        if name not in ("unspecified", "message"):
            assert AgentEventType.Value(name.upper().replace("-", "_")) == number


def test_every_number_has_one_name() -> None:
    assert len(event_types.TYPE_NAMES) == len(event_types.TYPES)
    assert len(event_types.TRACE_POINT_NAMES) == len(event_types.TRACE_POINTS)
    assert set(event_types.SUBTYPES) <= set(event_types.TYPE_NAMES)
