import time
from typing import Any

import grpc
import pytest

from proto.client import Client
from proto.observer_pb2 import (
    GetAgentEventsRequest,
    GetAgentEventsResponse,
    GetFlowsRequest,
    GetFlowsResponse,
)
from proto.reader_pb2 import Coverage, Cursor, ReadRequest, ReadResponse
from proto.reading import GRACE_SECONDS, Reading
from proto.relay_pb2 import NodeStatusEvent
from proto.server import Server
from proto.target import Target
from proto.transport import TransportError
from tests.observer_server import ObserverServer, response

HERE = Cursor(relay="r", snapshot=9, seq=7, live=True)


def failure(name: str) -> grpc.RpcError:
    """Make the error of a real call that was refused with this status code."""
    with ObserverServer() as server, Client(server.address) as client:
        server.refusal = grpc.StatusCode[name], ""
        with pytest.raises(TransportError) as failed:
            client.status()
    error = failed.value.__cause__
    assert isinstance(error, grpc.RpcError)
    return error


@pytest.fixture(scope="module")
def gone() -> grpc.RpcError:
    return failure("UNAVAILABLE")


def reading(
    said: list[str] | None = None, batches: bool = True, **asked: Any
) -> Reading[GetFlowsRequest, GetFlowsResponse]:
    server = Server(Target())
    server.reached = True
    server.offers_batches = batches
    lines = [] if said is None else said
    return Reading(GetFlowsRequest(**asked), server, lines.append)


def flows_asked(read: Reading[GetFlowsRequest, GetFlowsResponse]) -> GetFlowsRequest:
    asked = read.ask()
    assert isinstance(asked, GetFlowsRequest)
    return asked


def test_flows_are_asked_for_in_batches_until_the_server_says_no() -> None:
    read = reading(number=3)
    assert read.ask() == ReadRequest(request=GetFlowsRequest(number=3))
    assert read.after(failure("UNIMPLEMENTED")) == 0.0
    assert read.ask() == GetFlowsRequest(number=3)


def test_a_server_without_batches_is_asked_for_the_same() -> None:
    read = reading(follow=True)
    read.after(failure("UNIMPLEMENTED"))
    assert read.ask() == GetFlowsRequest(follow=True)


def test_a_server_that_has_no_batches_any_more_is_asked_by_time(gone: grpc.RpcError) -> None:
    read = reading(follow=True)
    read.take(ReadResponse(responses=[response(2)], cursor=HERE))
    read.after(gone)
    read.after(failure("UNIMPLEMENTED"))
    assert flows_asked(read).since.ToNanoseconds() == 2_000_000_001


def test_events_are_never_asked_for_in_batches() -> None:
    read = Reading[GetAgentEventsRequest, GetAgentEventsResponse](
        GetAgentEventsRequest(number=3), Server(Target())
    )
    assert read.ask() == GetAgentEventsRequest(number=3)


def test_a_complete_answer_ends_the_read() -> None:
    assert reading().after(None) is None
    until = response(5).time
    assert reading(follow=True, until=until).after(None) is None


def test_a_relay_goes_on_from_its_cursor(gone: grpc.RpcError) -> None:
    said: list[str] = []
    read = reading(said, follow=True, number=5)
    read.take(ReadResponse(responses=[response(1)], cursor=HERE))
    assert 0 < (read.after(gone) or 0) < 1
    assert read.ask() == ReadRequest(request=GetFlowsRequest(follow=True, number=5), after=HERE)
    read.take(ReadResponse())
    assert said == [
        "lost localhost:4245: no connection; trying again",
        "localhost:4245 is back; going on exactly where it broke off",
    ]


def test_a_relay_with_another_store_is_asked_by_time(gone: grpc.RpcError) -> None:
    said: list[str] = []
    read = reading(said, follow=True, number=5)
    node_status = GetFlowsResponse(node_status=NodeStatusEvent(), time=response(9).time)
    batch = [response(1), response(2), node_status]
    read.take(ReadResponse(responses=batch, cursor=HERE))
    read.after(gone)
    assert read.after(failure("FAILED_PRECONDITION")) == 0.0
    asked = read.ask()
    assert isinstance(asked, ReadRequest)
    assert not asked.HasField("after")
    assert asked.request.since.ToNanoseconds() == 2_000_000_001
    assert asked.request.number == 0
    read.take(ReadResponse())
    assert "best effort" in said[-1]


def test_another_server_is_asked_by_time_and_repeats_are_dropped(gone: grpc.RpcError) -> None:
    read = reading(batches=False, follow=True, number=5)
    assert [len(read.take(response(s))) for s in (3, 4)] == [1, 1]
    read.after(gone)
    asked = flows_asked(read)
    assert (asked.since.seconds, asked.number, asked.follow) == (3, 0, True)
    assert [len(read.take(response(s))) for s in (3, 4, 4)] == [0, 0, 1]


def test_a_follow_of_new_flows_that_got_none_asks_for_those_missed(gone: grpc.RpcError) -> None:
    read = reading(batches=False, follow=True)
    assert not flows_asked(read).HasField("since")
    read.after(gone)
    assert flows_asked(read).HasField("since")


def test_a_follow_with_history_that_got_nothing_asks_again(gone: grpc.RpcError) -> None:
    read = reading(batches=False, follow=True, number=5)
    read.after(gone)
    assert flows_asked(read) == GetFlowsRequest(follow=True, number=5)


def test_delays_grow_and_the_loss_is_told_once(gone: grpc.RpcError) -> None:
    said: list[str] = []
    read = reading(said, follow=True)
    delays = [read.after(gone) or 0.0 for _ in range(12)]
    assert delays[0] <= 0.1
    assert 2.5 <= delays[-1] <= 5
    assert len(said) == 1


def test_a_follow_that_ends_by_itself_is_taken_up_again() -> None:
    said: list[str] = []
    assert reading(said, follow=True).after(None) is not None
    assert said == ["lost localhost:4245: it hung up; trying again"]


def test_a_server_never_reached_is_a_failure(gone: grpc.RpcError) -> None:
    read = Reading[GetFlowsRequest, GetFlowsResponse](
        GetFlowsRequest(follow=True), Server(Target())
    )
    with pytest.raises(TransportError, match="cannot reach"):
        read.after(gone)


@pytest.mark.parametrize("code", ["INVALID_ARGUMENT", "UNAUTHENTICATED", "FAILED_PRECONDITION"])
def test_what_will_not_get_better_is_a_failure(code: str) -> None:
    with pytest.raises(TransportError, match="localhost:4245"):
        reading(follow=True).after(failure(code))


def test_without_follow_nothing_is_tried_again(gone: grpc.RpcError) -> None:
    with pytest.raises(TransportError, match="cannot reach"):
        reading(number=5).after(gone)


def test_a_follow_ends_where_its_range_ends_also_on_servers_that_go_on() -> None:
    until = response(5).time
    read = reading(batches=False, follow=True, until=until)
    assert read.timeout() == GRACE_SECONDS
    assert [len(read.take(response(s))) for s in (4, 5, 6)] == [1, 1, 0]
    assert read.after(failure("DEADLINE_EXCEEDED")) is None


def test_a_server_that_stops_before_the_range_ends_is_asked_again() -> None:
    future = response(int(time.time()) + 3600).time
    assert reading(batches=False, follow=True, until=future).after(None) is not None
    assert reading(follow=True, until=future).after(None) is None


def test_a_read_that_takes_too_long_is_a_failure() -> None:
    with pytest.raises(TransportError, match="did not answer in time"):
        reading(until=response(5).time).after(failure("DEADLINE_EXCEEDED"))


def test_only_such_a_follow_is_limited() -> None:
    assert reading(batches=False, follow=True).timeout() is None
    assert reading(batches=False, until=response(5).time).timeout() is None
    assert reading(follow=True, until=response(5).time).timeout() is None


def test_the_coverage_is_kept() -> None:
    server = Server(Target())
    read = Reading[GetFlowsRequest, GetFlowsResponse](GetFlowsRequest(), server)
    read.take(ReadResponse(coverage=Coverage(stored=3)))
    assert server.coverage == Coverage(stored=3)
