"""What the relay says to agents, well-behaved and otherwise."""

from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from proto.collector_pb2 import Batch, CollectRequest, Hello
from proto.relay_pb2 import NODE_CONNECTED, NODE_GONE, NODE_UNAVAILABLE
from proto.version import VERSION
from relay.ingest.streams import Progress, StreamKey
from relay.relay import Relay
from tests.factories import event
from tests.relays import Sender, connected, running_relay, store

pytestmark = pytest.mark.usefixtures("door")

COLLECT = "/palomar.v1.Collector/Collect"


def numbered(count: int, first: int = 0) -> list[Any]:
    return [event(uuid=str(number)) for number in range(first, first + count)]


def raw_stream(channel: grpc.aio.Channel) -> Any:
    return channel.stream_stream(COLLECT)()


async def test_hello_is_answered_with_the_place_to_go_on(tmp_path: Path) -> None:
    async with connected(tmp_path) as (relay, channel):
        sender = Sender(channel)
        welcome = await sender.hello()
        assert (welcome.ordinal, welcome.position, welcome.version) == (0, b"", VERSION)
        assert welcome.relay == relay.store.relay_id
        assert welcome.max_message_bytes == relay.settings.max_message
        await sender.send(numbered(3), b"three")
        assert (await sender.ack()).ordinal == 3
        await sender.goodbye()
        assert await sender.status() == (grpc.StatusCode.OK, "")
        again = await Sender(channel).hello()
        assert (again.ordinal, again.position) == (3, b"three")


async def test_streams_are_told_apart_by_node_source_and_run(tmp_path: Path) -> None:
    async with connected(tmp_path) as (relay, channel):
        await store(relay.address, numbered(2))
        for other in ({"node": "node-2"}, {"source": "other"}, {"run": "7"}, {"cluster": "east"}):
            assert (await Sender(channel, **other).hello()).ordinal == 0


async def test_a_batch_that_comes_twice_is_stored_once(tmp_path: Path) -> None:
    async with connected(tmp_path) as (relay, channel):
        sender = Sender(channel)
        await sender.hello()
        await sender.send(numbered(5))
        sender.ordinal = 2
        await sender.send(numbered(5, first=2))
        assert (await sender.ack()).ordinal == 7
        assert relay.store.last_seq() == 7


async def failing(relay: Relay, *messages: CollectRequest | bytes) -> tuple[grpc.StatusCode, str]:
    """Send messages on a stream of their own; give the status with which it ends."""
    async with grpc.aio.insecure_channel(relay.address) as channel:
        stream = raw_stream(channel)
        for message in messages:
            raw = message if isinstance(message, bytes) else message.SerializeToString()
            try:
                await stream.write(raw)
            except grpc.aio.AioRpcError:
                break
        with suppress(grpc.aio.AioRpcError):
            while await stream.read() is not grpc.aio.EOF:
                continue
        return await stream.code(), await stream.details()


HELLO = CollectRequest(hello=Hello(node="node-1", source="test"))
INVALID = grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("messages", "code", "said"),
    [
        ([CollectRequest(batch=Batch())], INVALID, "first message must be hello"),
        ([b""], INVALID, "first message must be hello"),
        ([b"\xff\xff"], INVALID, "first message is no CollectRequest"),
        ([CollectRequest(hello=Hello(source="s" * 5000))], INVALID, "hello.source has 5000"),
        ([HELLO, HELLO], INVALID, "got a second hello"),
        ([HELLO, b"\xff\xff"], INVALID, "cannot be read"),
        ([HELLO, b""], INVALID, "cannot be read"),
        ([HELLO, b"\x12\x05\xff"], INVALID, "no CollectRequest"),
        (
            [HELLO, CollectRequest(batch=Batch(ordinal=5, events=[event()]))],
            grpc.StatusCode.FAILED_PRECONDITION,
            "batch begins at 5, 0 is next",
        ),
        ([HELLO, b"\x12" * 70_000], grpc.StatusCode.RESOURCE_EXHAUSTED, "larger than max"),
    ],
)
async def test_misbehaviour_is_told_and_does_no_harm(
    tmp_path: Path, messages: list[Any], code: grpc.StatusCode, said: str
) -> None:
    async with running_relay(tmp_path, max_message=65_536) as relay:
        found, details = await failing(relay, *messages)
        assert found is code
        assert said in details
        await store(relay.address, numbered(2), source="well-behaved")
        assert relay.store.last_seq() == 2


async def test_an_agent_that_says_nothing_is_sent_away(tmp_path: Path) -> None:
    async with running_relay(tmp_path, hello_timeout=0.01) as relay:
        assert await failing(relay) == (grpc.StatusCode.DEADLINE_EXCEEDED, "no hello came")


async def test_no_more_agents_than_the_limit(tmp_path: Path) -> None:
    async with connected(tmp_path, max_agents=1) as (relay, channel):
        await Sender(channel).hello()
        code, details = await failing(relay, HELLO)
        assert (code, details) == (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "the relay serves 1 agents already",
        )
        assert relay.metrics.value("palomar_agent_streams_refused_total") == 1


async def test_a_newer_stream_replaces_the_older(tmp_path: Path) -> None:
    async with connected(tmp_path) as (_relay, channel):
        older, newer = Sender(channel), Sender(channel)
        await older.hello()
        await older.send(numbered(2))
        await older.ack()
        assert (await newer.hello()).ordinal == 2
        code, details = await older.status()
        assert (code, details) == (
            grpc.StatusCode.ABORTED,
            "a newer stream of this source took over",
        )
        await newer.send(numbered(1))
        assert (await newer.ack()).ordinal == 3


async def test_many_batches_in_flight_are_all_acknowledged(tmp_path: Path) -> None:
    async with connected(tmp_path, stream_batches=2, ingest_bytes=1) as (relay, channel):
        sender = Sender(channel)
        await sender.hello()
        for first in range(0, 200, 4):
            await sender.send(numbered(4, first))
        assert (await sender.ack()).ordinal == 200
        await sender.goodbye()
        assert relay.metrics.value("palomar_ingest_bytes") == 0
        assert relay.metrics.value("palomar_events_total") == 200
        assert relay.metrics.value("palomar_batches_total") == 50


async def test_a_batch_that_is_committed_at_once_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the writer overtakes the thread that serves the stream."""
    async with connected(tmp_path) as (relay, channel):
        append = relay.store.append

        def append_and_wait(key: StreamKey, request: bytes) -> Future[Progress]:
            done = append(key, request)
            done.result()
            return done

        monkeypatch.setattr(relay.store, "append", append_and_wait)
        sender = Sender(channel)
        await sender.hello()
        for count in (1, 2, 3):
            await sender.send(numbered(count))
            assert (await sender.ack()).ordinal == sender.ordinal


async def test_events_that_nobody_could_read_are_refused_and_counted(tmp_path: Path) -> None:
    broken = b"\x0a\x02\x0a\xff"  # a flow whose time has a length beyond its end
    good = event().SerializeToString()
    batch = b"".join(b"\x1a" + bytes([len(e) & 127 | 128, len(e) >> 7]) + e for e in (broken, good))
    raw = b"\x12" + bytes([len(batch) & 127 | 128, len(batch) >> 7]) + batch
    async with connected(tmp_path) as (relay, channel):
        stream = raw_stream(channel)
        await stream.write(HELLO.SerializeToString())
        await stream.read()
        await stream.write(raw)
        await stream.read()
        assert relay.metrics.value("palomar_events_refused_total") == 1
        assert relay.metrics.value("palomar_events_total") == 2
        flows = next(state for state in relay.store.ring_states() if state.name == "flow")
        assert flows.flows == 1


async def test_a_node_is_connected_unavailable_or_gone(tmp_path: Path) -> None:
    async with connected(tmp_path) as (relay, channel):
        finite, lasting = Sender(channel, node="finite"), Sender(channel, node="lasting")
        await finite.hello()
        await lasting.hello()
        assert relay.nodes.names(NODE_CONNECTED) == ["finite", "lasting"]
        await finite.goodbye()
        await lasting.hang_up()
        assert relay.nodes.names(NODE_GONE) == ["finite"]
        assert relay.nodes.names(NODE_UNAVAILABLE) == ["lasting"]


async def test_nodes_are_remembered_over_a_restart(tmp_path: Path) -> None:
    async with connected(tmp_path) as (relay, channel):
        await store(relay.address, numbered(1), node="finite")
        await store(relay.address, [], node="finite-and-empty")
        lasting = Sender(channel, node="lasting")
        await lasting.hello()
        await lasting.send(numbered(1))
        await lasting.ack()
    async with connected(tmp_path) as (relay, channel):
        assert relay.nodes.names(NODE_GONE) == ["finite", "finite-and-empty"]
        assert relay.nodes.names(NODE_UNAVAILABLE) == ["lasting"]
        again = Sender(channel, node="finite")
        await again.hello()
        await again.send(numbered(1))
        await again.ack()
    async with running_relay(tmp_path) as relay:
        assert relay.nodes.names(NODE_UNAVAILABLE) == ["finite", "lasting"]


async def test_a_dropped_stream_makes_its_node_unavailable(tmp_path: Path) -> None:
    async with connected(tmp_path) as (relay, channel):
        sender = Sender(channel)
        await sender.hello()
        await sender.send(numbered(3))
        sender.cancel()
        again = Sender(channel)
        await again.hello()
        await again.hang_up()
        assert relay.nodes.names(NODE_UNAVAILABLE) == ["node-1"]
        assert relay.metrics.value("palomar_agent_streams") == 0
