from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from observe.scripting import AsyncClient, Client, question
from observe.top.choices import ORDERS
from proto.aggregate_pb2 import Order
from proto.flow_pb2 import DROPPED
from tests.observer_server import ObserverServer, response


@pytest.fixture
def server() -> Iterator[ObserverServer]:
    answers = [response(second, node) for second, node in enumerate("aab")]
    answers.append(response(9, "c", verdict=DROPPED))
    with ObserverServer(answers) as server:
        yield server


def test_a_script_asks_for_a_ranking(server: ObserverServer) -> None:
    with Client(server.address) as client:
        top = client.top(by="node", limit=2)
    assert [(row.values, row.counts.flows) for row in top] == [
        ({"node": "a"}, 2),
        ({"node": "b"}, 1),
    ]
    assert (len(top), top.omitted, top.rest.dropped, top.coverage.flows) == (2, 1, 1, 4)
    assert top.rows[0].rate == 2 / 9
    assert top.rows[0].latency is None


async def test_a_script_with_asyncio_asks_for_a_ranking(server: ObserverServer) -> None:
    async with AsyncClient(server.address) as client:
        top = await client.top(by=["node", "verdict"], order="drops", verdict="DROPPED")
    assert [row.values for row in top] == [{"node": "c", "verdict": "DROPPED"}]


def test_filters_and_range_are_those_of_flows() -> None:
    by, asked = question(since=timedelta(hours=1), pod="shop/cart", exclude={"port": 53})
    assert by == ("source.workload", "destination.workload")
    assert asked.HasField("since")
    assert not asked.HasField("until")
    assert [list(each.source_pod) for each in asked.whitelist] == [["shop/cart"], []]
    assert len(asked.blacklist) == 2


def test_every_order_has_a_name() -> None:
    assert [name.upper() for name in ORDERS] == Order.keys()


@pytest.mark.parametrize(
    ("asked", "error", "told"),
    [
        ({"by": "x"}, ValueError, "no dimension is called 'x'"),
        ({"order": "size"}, ValueError, "order: 'size' is none of flows, drops"),
        ({"limit": 0}, ValueError, "limit: 0 is not between 1 and 10,000"),
        ({"last": 5}, TypeError, "last is for flows"),
        ({"colour": "red"}, TypeError, "there is no filter 'colour'"),
        ({"verdict": "LOST"}, ValueError, "LOST"),
    ],
)
def test_what_makes_no_sense_is_refused(
    server: ObserverServer, asked: dict[str, Any], error: type[Exception], told: str
) -> None:
    with Client(server.address) as client, pytest.raises(error, match=told):
        client.top(**asked)
    assert server.requests == []
