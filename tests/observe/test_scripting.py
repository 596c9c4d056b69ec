import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from observe.flag_table import FLAGS
from observe.flags import parse_filters
from observe.scripting import AsyncClient, Client, request
from proto.flow_pb2 import DROPPED, ERROR, FlowFilter, LostEvent
from proto.observer_pb2 import GetFlowsResponse
from proto.selection import EVERYTHING
from tests.observer_server import ObserverServer, response

SECOND = 1_000_000_000


@pytest.fixture
def server() -> Iterator[ObserverServer]:
    lost = GetFlowsResponse(lost_events=LostEvent(num_events_lost=7))
    with ObserverServer([*(response(second) for second in range(5)), lost]) as server:
        yield server


def test_filters_mean_what_the_flags_mean() -> None:
    asked = request(pod="shop/cart", verdict=["DROPPED", "ERROR"], port=8080)
    allow, _ = parse_filters("--pod shop/cart --verdict DROPPED --verdict ERROR --port 8080")
    assert list(asked.whitelist) == allow
    assert not asked.blacklist


def test_every_flag_is_a_filter() -> None:
    for flag in FLAGS:
        name = flag.name.removeprefix("--").replace("-", "_")
        assert not request(exclude={name: []}).blacklist


def test_flags_that_stand_alone_are_true_or_false() -> None:
    assert list(request(ipv4=True).whitelist) == parse_filters("--ipv4")[0]
    assert list(request(reply=False).whitelist) == [FlowFilter(reply=[False])]


def test_what_is_excluded_matches_all_of_one_and_any_of_several() -> None:
    both = request(exclude={"verdict": "DROPPED", "from_port": 53})
    assert list(both.blacklist) == [FlowFilter(verdict=[DROPPED], source_port=["53"])]
    either = request(exclude=[{"verdict": "DROPPED"}, {"verdict": "ERROR"}])
    assert list(either.blacklist) == [FlowFilter(verdict=[DROPPED]), FlowFilter(verdict=[ERROR])]


@pytest.mark.parametrize(
    ("asked", "number", "first", "follow"),
    [
        ({}, EVERYTHING, False, False),
        ({"last": 5}, 5, False, False),
        ({"first": 5}, 5, True, False),
        ({"follow": True}, 0, False, True),
        ({"follow": True, "last": 5}, 5, False, True),
        ({"follow": True, "first": 5}, 0, False, True),
        ({"since": "1h"}, 0, False, False),
    ],
)
def test_how_many(asked: dict[str, Any], number: int, first: bool, follow: bool) -> None:
    made = request(**asked)
    assert (made.number, made.first, made.follow) == (number, first, follow)


def test_times_are_typed_or_made() -> None:
    moment = datetime(2026, 10, 13, 16, 35, 1, 500_000, tzinfo=UTC)
    wanted = 1_791_909_301_500_000_000
    assert request(since=moment).since.ToNanoseconds() == wanted
    assert request(until=moment.replace(tzinfo=None)).until.ToNanoseconds() == wanted
    assert request(until="2026-10-13T16:35:01.5Z").until.ToNanoseconds() == wanted


@pytest.mark.parametrize("since", ["1h", timedelta(hours=1)])
def test_a_span_is_how_long_ago(since: str | timedelta) -> None:
    before = time.time_ns()
    found = request(since=since).since.ToNanoseconds() + 3600 * SECOND
    assert before <= found <= time.time_ns()


@pytest.mark.parametrize(
    ("asked", "error", "why"),
    [
        ({"podd": "x"}, TypeError, "there is no filter 'podd'"),
        ({"verdict": "BLUE"}, ValueError, "'BLUE' is not a verdict"),
        ({"since": "yesterday"}, ValueError, "'yesterday' is neither"),
        ({"first": 1, "last": 2}, ValueError, "--first and --last"),
        ({"last": -1}, ValueError, "last: -1 is not a number of flows"),
        ({"first": "a"}, ValueError, "first: 'a' is not a number of flows"),
        ({"last": 2**64}, ValueError, "last: 18446744073709551616 is not a number of flows"),
        ({"pod": "a", "from_pod": "b"}, ValueError, "--pod and --from-pod"),
    ],
)
def test_nonsense_is_refused_before_anything_is_asked(
    asked: dict[str, Any], error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why) as refused:
        request(**asked)
    assert "\n" not in str(refused.value)


def test_flows_come_one_by_one_and_losses_are_counted(server: ObserverServer) -> None:
    with Client(server.address) as client:
        assert [flow.time.seconds for flow in client.flows()] == [0, 1, 2, 3, 4]
        assert client.lost == 7


async def test_asyncio_reads_the_same(server: ObserverServer) -> None:
    async with AsyncClient(server.address) as client:
        assert [flow.time.seconds async for flow in client.flows()] == [0, 1, 2, 3, 4]
        assert client.lost == 7


def test_a_follow_ends_after_so_many(server: ObserverServer) -> None:
    with Client(server.address) as client:
        flows = client.flows(follow=True, since=datetime(1970, 1, 1, tzinfo=UTC), first=3)
        assert [flow.time.seconds for flow in flows] == [0, 1, 2]
        server.wait_for_ended(1)


async def test_a_follow_with_asyncio_ends_after_so_many(server: ObserverServer) -> None:
    async with AsyncClient(server.address) as client:
        flows = client.flows(follow=True, since=datetime(1970, 1, 1, tzinfo=UTC), first=3)
        assert [flow.time.seconds async for flow in flows] == [0, 1, 2]
