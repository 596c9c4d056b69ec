"""What a relay answers to questions about many flows equals what counting them one by one gives."""

from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf.duration_pb2 import Duration

from proto import flow_pb2
from proto.aggregate_pb2 import AggregateRequest, AggregateResponse, Question
from proto.aggregate_pb2_grpc import AggregatorStub
from proto.aggregates.plain import Aggregator
from proto.flow_pb2 import FlowFilter
from proto.observer_pb2 import ExportEvent
from proto.timestamps import from_ns, to_ns
from relay.rings.limits import Limit
from tests.factories import NOON_NS, event
from tests.relays import connected, store

MINUTE = 60 * 10**9
START_NS = NOON_NS // MINUTE * MINUTE
QUESTIONS = [
    Question(by=["verdict", "drop_reason"], step=Duration(seconds=60)),
    Question(by=["client.workload", "server.workload", "port"]),
    Question(by=["server.service", "http_code"], latency=True),
    Question(by=["dns_query", "dns_rcode"]),
]


def traffic(count: int) -> list[ExportEvent]:
    """Make flows over ten minutes: packets, drops, requests with responses, look-ups."""
    kinds: list[dict[str, Any]] = [
        {},
        {"verdict": flow_pb2.DROPPED, "drop_reason_desc": flow_pb2.POLICY_DENIED},
        {"l7": {"type": flow_pb2.REQUEST, "http": {"method": "GET", "url": "http://shop/a"}}},
        {
            "l7": {"type": flow_pb2.RESPONSE, "latency_ns": 1, "http": {"code": 503}},
            "is_reply": {"value": True},
        },
        {"l7": {"type": flow_pb2.RESPONSE, "dns": {"query": "shop.", "rcode": 3}}},
    ]
    made = []
    for number in range(count):
        fields = kinds[number % len(kinds)]
        one = event(**fields, time=from_ns(START_NS + number * 10 * MINUTE // count))
        if one.flow.l7.latency_ns:
            one.flow.l7.latency_ns = 1_000_000 * (1 + number % 100)
        made.append(one)
    return made


def plainly(request: AggregateRequest, events: list[ExportEvent]) -> AggregateResponse:
    plain = Aggregator(request)
    for each in events:
        plain.add(to_ns(each.flow.time), each.flow)
    return plain.response()


async def asked(channel: grpc.aio.Channel, request: AggregateRequest) -> AggregateResponse:
    answer = await AggregatorStub(channel).Aggregate(request)
    assert isinstance(answer, AggregateResponse)
    return answer


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"whitelist": [{"verdict": [flow_pb2.DROPPED]}]},
        {"blacklist": [{"http_status_code": ["5+"]}]},
        {"since": from_ns(START_NS + 2 * MINUTE), "until": from_ns(START_NS + 5 * MINUTE)},
    ],
)
async def test_flows_are_counted_as_they_are_one_by_one(
    tmp_path: Path, fields: dict[str, Any]
) -> None:
    events, request = traffic(600), AggregateRequest(questions=QUESTIONS, **fields)
    async with connected(tmp_path) as (relay, channel):
        await store(relay.address, events)
        answer = await asked(channel, request)
    plain = plainly(request, events)
    assert answer.answers == plain.answers
    assert not answer.coverage.rolled_up
    plain.coverage.oldest_flow.CopyFrom(from_ns(START_NS))
    assert answer.coverage == plain.coverage


async def test_flows_that_left_their_ring_are_counted_still(tmp_path: Path) -> None:
    events = traffic(5000)
    async with connected(tmp_path, limits={"flow": Limit(count=300)}) as (relay, channel):
        await store(relay.address, events)
        request = AggregateRequest(questions=QUESTIONS)
        answer = await asked(channel, request)
    plain = plainly(request, events)
    for got, expected in zip(answer.answers, plain.answers, strict=True):
        for group in (*got.groups, *expected.groups):
            group.latency.ClearField("p99_ns")
            group.latency.ClearField("p95_ns")
            group.latency.ClearField("p50_ns")
        assert got == expected
    assert answer.coverage.rolled_up
    assert not answer.coverage.missing
    assert to_ns(answer.coverage.since) == START_NS
    assert to_ns(answer.coverage.until) == START_NS + 10 * MINUTE - 1


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (AggregateRequest(questions=[Question(by=["colour"])]), "colour"),
        (AggregateRequest(whitelist=[FlowFilter(source_ip=["nowhere"])]), "nowhere"),
        (AggregateRequest(questions=[Question(step=Duration(seconds=-1))]), "-1s"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(
    tmp_path: Path, request_: AggregateRequest, said: str
) -> None:
    async with connected(tmp_path) as (_, channel):
        with pytest.raises(grpc.aio.AioRpcError) as failure:
            await asked(channel, request_)
    assert failure.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert said in (failure.value.details() or "")
