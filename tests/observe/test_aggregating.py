from pathlib import Path

import pytest

from observe.aggregating import of_file, of_server, of_server_async
from observe.errors import ObserveError
from proto.aclient import AsyncClient
from proto.aggregate_pb2 import AggregateRequest, AggregateResponse, Question
from proto.client import Client
from proto.failure import NotOffered, TransportError
from proto.filters import InvalidFilter
from proto.flow_pb2 import DROPPED, FlowFilter, LostEvent
from proto.jsonlines import to_json
from proto.observer_pb2 import GetFlowsResponse
from proto.timestamps import from_ns, to_ns
from tests.factories import event, flow
from tests.observer_server import ObserverServer, response

BY_NODE = AggregateRequest(questions=[Question(by=["node"])])


def counted(response: AggregateResponse) -> dict[str, int]:
    return {group.values[0]: group.counts.flows for group in response.answers[0].groups}


def test_a_server_that_does_not_count_is_read() -> None:
    answers = [response(second, node) for second, node in enumerate("aabbb")]
    with ObserverServer(answers) as server, Client(server.address) as client:
        with pytest.raises(NotOffered, match="does not offer this call"):
            client.aggregate(BY_NODE)
        said = of_server(client, BY_NODE)
    assert counted(said) == {"a": 2, "b": 3}
    assert said.coverage.missing == ""


async def test_a_server_that_does_not_count_is_read_with_asyncio() -> None:
    with ObserverServer(response(second, node) for second, node in enumerate("ab")) as server:
        async with AsyncClient(server.address) as client:
            with pytest.raises(NotOffered):
                await client.aggregate(BY_NODE)
            assert counted(await of_server_async(client, BY_NODE)) == {"a": 1, "b": 1}


def test_of_a_server_that_does_not_count_only_the_last_flows_are_read() -> None:
    answers = [response(second, node) for second, node in enumerate("aabbb")]
    lost = GetFlowsResponse(lost_events=LostEvent(num_events_lost=7))
    with ObserverServer([*answers, lost]) as server, Client(server.address) as client:
        said = of_server(client, BY_NODE, most=3)
    assert counted(said) == {"b": 2}
    assert "lost 7 events" in said.coverage.missing

    with ObserverServer(answers) as server, Client(server.address) as client:
        said = of_server(client, BY_NODE, most=3)
    assert counted(said) == {"b": 3}
    assert "only its last 3 flows were read" in said.coverage.missing


def test_the_read_asks_for_what_is_counted() -> None:
    request = AggregateRequest(
        whitelist=[FlowFilter(verdict=[DROPPED])],
        since=from_ns(2 * 10**9),
        questions=[Question()],
    )
    answers = [response(second, verdict=DROPPED) for second in range(5)]
    with ObserverServer(answers) as server, Client(server.address) as client:
        said = of_server(client, request)
        asked = server.requests[-1]
    assert said.coverage.flows == 3
    assert list(asked.whitelist) == list(request.whitelist)
    assert asked.since == request.since


def test_nonsense_is_refused_before_anyone_is_asked() -> None:
    with ObserverServer() as server, Client(server.address) as client:
        with pytest.raises(ValueError, match="no dimension is called 'x'"):
            of_server(client, AggregateRequest(questions=[Question(by=["x"])]))
        assert server.requests == []


def test_a_server_that_is_not_there_is_no_server_that_does_not_count() -> None:
    with Client("localhost:1") as client, pytest.raises(TransportError, match="cannot reach"):
        of_server(client, BY_NODE)


def test_a_file_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "flows.jsonl"
    events = [event(node_name=name) for name in "aab"]
    path.write_bytes(b"\n".join([*map(to_json, events), b"nonsense"]))
    said: list[str] = []
    answer = of_file(str(path), BY_NODE, said.append)
    assert counted(answer) == {"a": 2, "b": 1}
    assert to_ns(answer.coverage.oldest_flow) == to_ns(flow().time)
    [line] = said
    assert str(path) in line


def test_a_file_that_cannot_be_read_and_a_filter_that_cannot_be_built(tmp_path: Path) -> None:
    with pytest.raises(ObserveError, match="cannot read"):
        of_file(str(tmp_path / "none"), BY_NODE)
    with pytest.raises(InvalidFilter):
        of_file("-", AggregateRequest(whitelist=[FlowFilter(source_ip=["x"])]))
