import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import grpc
import pytest

from proto.client import Client
from proto.observer_pb2 import (
    GetAgentEventsRequest,
    GetAgentEventsResponse,
    GetDebugEventsRequest,
    GetDebugEventsResponse,
    GetFlowsRequest,
    GetFlowsResponse,
    Namespace,
    Node,
)
from proto.transport import TransportError
from tests.feeding import feed
from tests.observer_server import ObserverServer, response
from tests.relays import RelayProcess


@pytest.fixture
def server() -> Iterator[ObserverServer]:
    with ObserverServer(response(second) for second in range(5)) as server:
        yield server


class Follower:
    """A follow read in a thread; `next` gives the second of the next flow, None at the end."""

    def __init__(self, client: Client, request: GetFlowsRequest) -> None:
        self.said: list[str] = []
        self._seconds: SimpleQueue[int | None] = SimpleQueue()
        self._batches = client.responses(request, on_reconnect=self.said.append)
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        for batch in self._batches:
            for answer in batch:
                if answer.HasField("flow"):
                    self._seconds.put(answer.time.seconds)
        self._seconds.put(None)

    def next(self, count: int = 1) -> list[int | None]:
        return [self._seconds.get(timeout=10) for _ in range(count)]

    def join(self) -> None:
        self._thread.join(timeout=10)
        assert not self._thread.is_alive()


def seconds(batches: Iterator[list[GetFlowsResponse]]) -> list[int]:
    return [a.time.seconds for batch in batches for a in batch if a.HasField("flow")]


def test_flows_are_read(server: ObserverServer) -> None:
    with Client(server.address) as client:
        assert seconds(client.responses(GetFlowsRequest(number=3))) == [2, 3, 4]
        assert client.server.version == "v1.19.4"


def test_that_a_server_has_no_batches_is_remembered(server: ObserverServer) -> None:
    with Client(server.address) as client:
        assert client.server.offers_batches
        seconds(client.responses(GetFlowsRequest(number=1)))
        assert not client.server.offers_batches
        assert seconds(client.responses(GetFlowsRequest(number=1))) == [4]


def test_events_are_read(server: ObserverServer) -> None:
    server.agent_events = [GetAgentEventsResponse(node_name="a")]
    server.debug_events = [GetDebugEventsResponse(node_name="d")]
    with Client(server.address) as client:
        agents = list(client.agent_events(GetAgentEventsRequest(number=1)))
        debugs = list(client.debug_events(GetDebugEventsRequest(number=2)))
    assert agents == [server.agent_events]
    assert debugs == [server.debug_events]
    assert server.requests == [GetAgentEventsRequest(number=1), GetDebugEventsRequest(number=2)]


def test_a_server_tells_of_itself(server: ObserverServer) -> None:
    server.nodes = [Node(name="node-1")]
    server.namespaces = [Namespace(namespace="shop")]
    with Client(server.address) as client:
        assert client.status() == server.status
        assert list(client.nodes()) == server.nodes
        assert list(client.namespaces()) == server.namespaces
        assert client.health() == "SERVING"
        server.health.enter_graceful_shutdown()
        assert client.health() == "NOT_SERVING"
        with pytest.raises(TransportError, match="NOT_FOUND"):
            client.health("unknown")


def test_an_older_server_is_warned_of() -> None:
    said: list[str] = []
    old = (("hubble-server-version", "v1.9.0"),)
    with (
        ObserverServer(metadata=old) as server,
        Client(server.address, on_warning=said.append) as client,
    ):
        client.status()
        seconds(client.responses(GetFlowsRequest(number=1)))
    assert len(said) == 1


def test_a_server_that_does_not_answer_in_time_is_named(server: ObserverServer) -> None:
    server.stall.clear()
    try:
        with (
            Client(server.address, timeout=0.05) as client,
            pytest.raises(TransportError, match=f"{server.address} did not answer in time"),
        ):
            client.status()
    finally:
        server.stall.set()


def test_a_refused_read_is_a_failure(server: ObserverServer) -> None:
    server.refusal = grpc.StatusCode.INVALID_ARGUMENT, "invalid CIDR"
    with (
        Client(server.address) as client,
        pytest.raises(TransportError, match="INVALID_ARGUMENT: invalid CIDR"),
    ):
        list(client.responses(GetFlowsRequest(follow=True)))


def test_a_follow_goes_on_after_a_restart(server: ObserverServer) -> None:
    with Client(server.address) as client:
        follower = Follower(client, GetFlowsRequest(follow=True, number=2))
        assert follower.next(2) == [3, 4]
        server.publish(response(5), response(5))
        assert follower.next(2) == [5, 5]
        server.stop()
        server.publish(response(5), response(6))
        server.start()
        assert follower.next(2) == [5, 6]
        server.publish(response(7))
        assert follower.next() == [7]
    follower.join()
    lost, back = follower.said
    assert lost.endswith("trying again")
    assert f"{server.address} is back; going on by time, best effort" in back


def test_a_follow_that_got_nothing_yet_goes_on_too(server: ObserverServer) -> None:
    with Client(server.address) as client:
        follower = Follower(client, GetFlowsRequest(follow=True))
        server.wait_for_requests(1)
        server.stop()
        server.publish(response(4_000_000_000))
        server.start()
        assert follower.next() == [4_000_000_000]
    follower.join()


def test_closing_ends_a_follow(server: ObserverServer) -> None:
    client = Client(server.address)
    follower = Follower(client, GetFlowsRequest(follow=True, number=1))
    assert follower.next() == [4]
    client.close()
    assert follower.next() == [None]
    follower.join()


def test_closing_ends_a_follow_that_waits_to_reconnect(server: ObserverServer) -> None:
    client = Client(server.address)
    follower = Follower(client, GetFlowsRequest(follow=True, number=1))
    assert follower.next() == [4]
    server.stop()
    client.close()
    assert follower.next() == [None]
    follower.join()


def test_who_stops_reading_cancels_the_call(server: ObserverServer) -> None:
    with Client(server.address) as client:
        batches = client.responses(GetFlowsRequest(follow=True, number=1))
        assert next(batches)[0].time.seconds == 4
        batches.close()
        server.wait_for_ended(1)


def test_a_relay_is_read_in_batches_and_goes_on_exactly(tmp_path: Path) -> None:
    with RelayProcess(tmp_path) as relay, Client(relay.address) as client:
        feed(relay.address, *(response(second) for second in range(5)))
        assert seconds(client.responses(GetFlowsRequest(number=3))) == [2, 3, 4]
        assert client.server.offers_batches
        assert client.server.coverage is not None
        assert client.server.coverage.stored == 5
        follower = Follower(client, GetFlowsRequest(follow=True, number=1))
        assert follower.next() == [4]
        relay.kill()
        relay.start()
        feed(relay.address, response(4), response(5))
        assert follower.next(2) == [4, 5]
        relay.stop()
        relay.start()
        feed(relay.address, response(3), response(6))
        assert follower.next(2) == [3, 6]
    follower.join()
    backs = [line for line in follower.said if "is back" in line]
    assert backs == [f"{relay.address} is back; going on exactly where it broke off"] * 2


def test_a_relay_that_comes_back_with_another_store_is_read_on_by_time(tmp_path: Path) -> None:
    with RelayProcess(tmp_path) as relay, Client(relay.address) as client:
        feed(relay.address, response(1000))
        follower = Follower(client, GetFlowsRequest(follow=True, number=1))
        assert follower.next() == [1000]
        feed(relay.address, response(1001))
        assert follower.next() == [1001]
        relay.stop()
        relay.data.unlink()
        relay.start()
        feed(relay.address, response(1000), response(1002))
        assert follower.next() == [1002]
    follower.join()
    assert "best effort" in follower.said[-1]
