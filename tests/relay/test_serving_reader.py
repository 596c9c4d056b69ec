"""The batched read equals GetFlows, and an interrupted one goes on exactly where it broke off."""

from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from proto.observer_pb2 import ExportEvent, GetFlowsRequest, GetFlowsResponse
from proto.observer_pb2_grpc import ObserverStub
from proto.reader_pb2 import Cursor, ReadRequest, ReadResponse
from proto.reader_pb2_grpc import ReaderStub
from proto.timestamps import from_ns
from relay.rings.limits import Limit
from tests.factories import NOON_NS, event
from tests.relays import Sender, connected, store

pytestmark = pytest.mark.usefixtures("door")

TOTAL = 1_500


def numbered(count: int, first: int = 0) -> list[ExportEvent]:
    """Make flows whose times go back and forth, several at one time."""
    return [
        event(uuid=str(number), time=from_ns(NOON_NS + number * 7 % 100), Summary="x" * 100)
        for number in range(first, first + count)
    ]


async def read_all(channel: grpc.aio.Channel, request: GetFlowsRequest) -> list[ReadResponse]:
    return [message async for message in ReaderStub(channel).Read(ReadRequest(request=request))]


async def plain(channel: grpc.aio.Channel, request: GetFlowsRequest) -> list[GetFlowsResponse]:
    answers = ObserverStub(channel).GetFlows(request)
    return [answer async for answer in answers if answer.HasField("flow")]


def flows(messages: list[ReadResponse]) -> list[GetFlowsResponse]:
    return [
        answer for message in messages for answer in message.responses if answer.HasField("flow")
    ]


class Interrupted:
    """A read that is cut off after a few messages, again and again, and goes on after each."""

    def __init__(self, request: GetFlowsRequest) -> None:
        self.after: Cursor | None = None
        self.found: list[int] = []
        self._request = ReadRequest(request=request)

    async def some(self, channel: grpc.aio.Channel, messages: int) -> bool:
        """Read so many messages; tell whether there may be more."""
        if self.after:
            self._request.after.CopyFrom(self.after)
        call: Any = ReaderStub(channel).Read(self._request)
        for _ in range(messages):
            message = await call.read()
            if message is grpc.aio.EOF:
                return False
            self.found += [int(answer.flow.uuid) for answer in flows([message])]
            self.after = message.cursor
        call.cancel()
        return True


REQUESTS: list[dict[str, Any]] = [
    {},
    {"number": 700},
    {"number": 700, "first": True},
    {"since": from_ns(NOON_NS + 50), "number": 300},
    {"whitelist": [{"uuid": ["3", "33", "333"]}]},
]


@pytest.mark.parametrize("fields", REQUESTS)
async def test_it_holds_what_get_flows_answers(tmp_path: Path, fields: dict[str, Any]) -> None:
    request = GetFlowsRequest(**fields)
    async with connected(tmp_path, answer_bytes=20_000) as (relay, channel):
        await store(relay.address, numbered(TOTAL))
        messages = await read_all(channel, request)
        assert flows(messages) == await plain(channel, request)
        assert all(message.ByteSize() < 25_000 for message in messages)


@pytest.mark.parametrize("fields", REQUESTS)
async def test_an_interrupted_history_goes_on(tmp_path: Path, fields: dict[str, Any]) -> None:
    """Also while more is stored, which is not part of the answer."""
    request = GetFlowsRequest(**fields)
    async with connected(tmp_path, answer_bytes=20_000) as (relay, channel):
        await store(relay.address, numbered(TOTAL))
        whole = [int(answer.flow.uuid) for answer in await plain(channel, request)]
        reading = Interrupted(request)
        rounds = 0
        while await reading.some(channel, 2):
            rounds += 1
            await store(relay.address, numbered(10, TOTAL + rounds * 10), run=str(rounds))
        assert reading.found == whole


async def test_an_interrupted_follow_goes_on_in_history_and_live(tmp_path: Path) -> None:
    request = GetFlowsRequest(follow=True, number=100)
    async with connected(tmp_path, answer_bytes=2_000) as (_, channel):
        sender = Sender(channel)
        await sender.hello()
        await sender.send(numbered(200))
        await sender.ack()
        last = await plain(channel, GetFlowsRequest(number=100))
        reading, sent = Interrupted(request), 200
        while len(reading.found) < 400:
            await reading.some(channel, 3)
            await sender.send(numbered(20, sent))
            await sender.ack()
            sent += 20
        assert reading.found[:100] == [int(answer.flow.uuid) for answer in last]
        assert reading.found[100:] == list(range(200, 100 + len(reading.found)))


async def test_a_follow_may_be_resumed_before_it_got_anything(tmp_path: Path) -> None:
    async with connected(tmp_path) as (_, channel):
        sender = Sender(channel)
        await sender.hello()
        reading = Interrupted(GetFlowsRequest(follow=True))
        await reading.some(channel, 1)
        await sender.send(numbered(5))
        await sender.ack()
        while len(reading.found) < 5:
            await reading.some(channel, 2)
        assert reading.found == [0, 1, 2, 3, 4]


async def test_a_follow_resumes_after_a_restart_of_the_relay(tmp_path: Path) -> None:
    reading = Interrupted(GetFlowsRequest(follow=True, number=3))
    async with connected(tmp_path) as (relay, channel):
        await store(relay.address, numbered(10))
        await reading.some(channel, 3)
        history = reading.found[:]
    async with connected(tmp_path) as (relay, channel):
        await store(relay.address, numbered(5, 10), run="2")
        await reading.some(channel, 2)
        assert reading.found == [*history, 10, 11, 12, 13, 14]


async def test_a_cursor_beyond_the_end_goes_on_at_the_end(tmp_path: Path) -> None:
    """As after a power cut, which took the last moments."""
    async with connected(tmp_path) as (relay, channel):
        sender = Sender(channel)
        await sender.hello()
        await sender.send(numbered(5))
        await sender.ack()
        after = Cursor(relay=relay.store.relay_id, snapshot=9, seq=9, live=True)
        request = ReadRequest(request=GetFlowsRequest(follow=True), after=after)
        call: Any = ReaderStub(channel).Read(request)
        assert (await call.read()).cursor.seq == 5
        await sender.send(numbered(2, 5))
        found: list[ReadResponse] = []
        while len(flows(found)) < 2:
            found.append(await call.read())
        assert [answer.flow.uuid for answer in flows(found)] == ["5", "6"]
        call.cancel()


async def test_what_was_evicted_before_a_follow_resumed_is_told_as_lost(tmp_path: Path) -> None:
    async with connected(tmp_path, limits={"flow": Limit(count=300)}) as (_, channel):
        sender = Sender(channel)
        await sender.hello()
        reading = Interrupted(GetFlowsRequest(follow=True))
        await reading.some(channel, 1)
        await sender.send(numbered(1_000))
        await sender.ack()
        request = ReadRequest(request=GetFlowsRequest(follow=True), after=reading.after)
        call: Any = ReaderStub(channel).Read(request)
        await call.read()
        [told] = (await call.read()).responses
        assert (told.node_name, told.lost_events.num_events_lost) == ("relay-1", 700)
        found = [await call.read(), await call.read()]
        assert [int(answer.flow.uuid) for answer in flows(found)] == list(range(700, 1_000))
        call.cancel()


async def test_a_cursor_of_another_relay_is_refused(tmp_path: Path) -> None:
    async with connected(tmp_path) as (_, channel):
        asked = ReadRequest(request=GetFlowsRequest(), after=Cursor(relay="another", seq=1))
        with pytest.raises(grpc.aio.AioRpcError, match="cursor is of relay 'another'") as caught:
            await ReaderStub(channel).Read(asked).read()
        assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_coverage_comes_once_with_the_end_of_the_history(tmp_path: Path) -> None:
    async with connected(tmp_path) as (relay, channel):
        await store(relay.address, numbered(TOTAL))
        request = GetFlowsRequest(number=5, since=from_ns(NOON_NS + 50))
        messages = await read_all(channel, request)
        [told] = [message.coverage for message in messages if message.HasField("coverage")]
        assert messages[-1].HasField("coverage")
        assert (told.stored, told.looked_at) == (TOTAL, TOTAL // 2)
        assert (told.oldest, told.newest) == (from_ns(NOON_NS), from_ns(NOON_NS + 99))


async def test_an_idle_follow_is_told_how_far_it_has_come(tmp_path: Path) -> None:
    """What its filter did not want need not be looked at again when it resumes."""
    async with connected(tmp_path, cursor_interval=0.01) as (relay, channel):
        wanted: Any = [{"uuid": ["none"]}]
        request = ReadRequest(request=GetFlowsRequest(follow=True, whitelist=wanted))
        call: Any = ReaderStub(channel).Read(request)
        await call.read()
        await store(relay.address, numbered(50))
        while (await call.read()).cursor.seq < 50:
            continue
        call.cancel()
