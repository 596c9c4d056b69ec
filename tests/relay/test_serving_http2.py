"""The server that puts many messages into a frame: what is its own."""

import asyncio
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from h2.events import DataReceived, ResponseReceived, TrailersReceived

from proto.observer_pb2 import GetFlowsRequest, ServerStatusRequest
from proto.observer_pb2_grpc import ObserverStub
from relay.relay import Relay
from relay.services.http2.call import FULL, WAITING
from relay.services.http2.wire import PREFIX, Assembler
from tests import relays
from tests.factories import event
from tests.frames import connection, headers, opened
from tests.relays import connected, door_of, eventually, running_relay, store

FLOWS = 3_000


@pytest.fixture(autouse=True)
def coalescing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "DOOR", "hubble_listen")


async def test_many_flows_are_in_a_frame(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        await store(relay.address, [event(uuid=str(n)) for n in range(FLOWS)])
        async with connection(door_of(relay)) as client:
            asked = GetFlowsRequest(number=FLOWS).SerializeToString()
            await client.call("observer.Observer/GetFlows", asked)
            answer = await client.answer()
        frames = [each.data for each in answer if isinstance(each, DataReceived)]
        messages = list(Assembler(1 << 20).feed(b"".join(frames)))
        assert len(messages) == FLOWS
        assert len(frames) < FLOWS / 20


async def test_a_status_comes_in_trailers(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay, connection(door_of(relay)) as client:
        await client.call("no.Such/Method", b"")
        answer = await client.answer()
        assert headers(answer, ResponseReceived)[":status"] == "200"
        assert headers(answer, TrailersReceived) == {
            "grpc-status": "12",
            "grpc-message": "/no.Such/Method is not served here",
        }


@pytest.mark.parametrize("limit", ["x", "1h"])
async def test_a_deadline_that_is_none_is_refused(tmp_path: Path, limit: str) -> None:
    async with running_relay(tmp_path) as relay, connection(door_of(relay)) as client:
        await client.call("observer.Observer/ServerStatus", b"", grpc_timeout=limit)
        tail = headers(await client.answer(), TrailersReceived)
        assert tail["grpc-status"] == "3"


async def test_the_deadline_of_a_follow_ends_it(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay, connection(door_of(relay)) as client:
        follow = GetFlowsRequest(follow=True).SerializeToString()
        await client.call("observer.Observer/GetFlows", follow, grpc_timeout="50m")
        tail = headers(await client.answer(), TrailersReceived)
        assert tail["grpc-status"] == "4"
        assert relay.metrics.value("palomar_streams") == 0


async def test_a_cancelled_call_leaves_nothing_behind(tmp_path: Path) -> None:
    async with connected(tmp_path) as (relay, channel):
        call = ObserverStub(channel).GetFlows(GetFlowsRequest(follow=True))
        await call.initial_metadata()
        assert relay.metrics.value("palomar_streams") == 1
        call.cancel()
        await eventually(lambda: relay.metrics.value("palomar_streams") == 0)


async def test_a_connection_that_is_lost_leaves_nothing_behind(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        async with connection(door_of(relay)) as client:
            follow = GetFlowsRequest(follow=True).SerializeToString()
            await client.call("observer.Observer/GetFlows", follow)
            await eventually(lambda: relay.metrics.value("palomar_streams") == 1)
        await eventually(lambda: relay.metrics.value("palomar_streams") == 0)


async def test_who_takes_nothing_is_sent_no_more_than_a_little(tmp_path: Path) -> None:
    heavy = [event(uuid=str(n), Summary="x" * 10_000) for n in range(500)]
    async with running_relay(tmp_path) as relay:
        await store(relay.address, heavy[:250])
        await store(relay.address, heavy[250:])
        async with connection(door_of(relay)) as client:
            asked = GetFlowsRequest(number=500).SerializeToString()
            await client.call("observer.Observer/GetFlows", asked)
            (served,) = await served_by(relay)
            await eventually(lambda: len(served.data) > FULL // 2)
            async with grpc.aio.insecure_channel(door_of(relay)) as channel:
                status = await ObserverStub(channel).ServerStatus(ServerStatusRequest())
                assert status.num_flows == 500
            assert len(served.data) < FULL + 20_000
            answer = await client.answer()
        data = b"".join(each.data for each in answer if isinstance(each, DataReceived))
        assert len(list(Assembler(1 << 20).feed(data))) == 500


async def served_by(relay: Relay) -> list[Any]:
    """Give the calls that are being served, as soon as there are any."""
    connections = relay.coalescing.connections
    await eventually(lambda: any(each._calls for each in connections))
    return [call for each in connections for call in each._calls.values()]


@pytest.mark.parametrize("size", [100_000, 0])
async def test_requests_that_nobody_reads_hold_their_client_back(tmp_path: Path, size: int) -> None:
    """However small they are: of the smallest only the prefixes count."""
    message = (PREFIX.pack(0, size) + bytes(size)) * max(1, 100_000 // (size + PREFIX.size))
    async with running_relay(tmp_path) as relay, connection(door_of(relay)) as client:
        follow = GetFlowsRequest(follow=True).SerializeToString()
        number = await client.call("observer.Observer/GetFlows", follow, end=False)
        sent = 0
        while taken := await client.send(number, message):
            sent += taken
        assert WAITING < sent < 3 * WAITING


async def test_a_message_that_is_too_long_is_refused(tmp_path: Path) -> None:
    async with connected(tmp_path, max_message=1000) as (_, channel):
        raw: Any = channel.unary_unary("/observer.Observer/ServerStatus")
        with pytest.raises(grpc.aio.AioRpcError, match="1001 bytes is larger than 1000") as caught:
            await raw(bytes(1001))
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_compression_is_refused(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        gzip = grpc.Compression.Gzip
        async with grpc.aio.insecure_channel(door_of(relay), compression=gzip) as channel:
            raw: Any = channel.unary_unary("/observer.Observer/ServerStatus")
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await raw(bytes(5000))
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize(
    "said", [b"GET / HTTP/1.1\r\nHost: relay\r\n\r\n", b"\x16\x03\x01\x00\xa5\x01", bytes(100)]
)
async def test_what_is_not_http2_is_hung_up_on(tmp_path: Path, said: bytes) -> None:
    async with connected(tmp_path) as (relay, channel):
        reader, writer = await opened(door_of(relay))
        writer.write(said)
        await asyncio.wait_for(reader.read(), 10)
        writer.close()
        await ObserverStub(channel).ServerStatus(ServerStatusRequest())


async def test_a_relay_that_stops_says_so(tmp_path: Path) -> None:
    async with connected(tmp_path) as (relay, channel):
        call = ObserverStub(channel).GetFlows(GetFlowsRequest(follow=True))
        await call.initial_metadata()
        await relay.stop()
        with pytest.raises(grpc.aio.AioRpcError, match="shutting down") as caught:
            _ = [answer async for answer in call]
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_client_that_does_not_answer_pings_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relay.services.http2.connection.PATIENCE", 0.1)
    async with connected(tmp_path) as (relay, channel):
        await ObserverStub(channel).ServerStatus(ServerStatusRequest())
        async with connection(door_of(relay)) as client:
            await client.flush()
            await eventually(lambda: len(relay.coalescing.connections) == 2)
            await eventually(lambda: len(relay.coalescing.connections) == 1)
        assert await ObserverStub(channel).ServerStatus(ServerStatusRequest())


async def test_a_client_that_takes_what_it_is_sent_slowly_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says of pings may be long in coming: they are behind all that it has yet to take."""
    monkeypatch.setattr("relay.services.http2.connection.PATIENCE", 0.2)
    heavy = [event(uuid=str(n), Summary="x" * 100_000) for n in range(200)]
    async with running_relay(tmp_path, max_message=32 << 20) as relay:
        await store(relay.address, heavy)
        async with connection(door_of(relay), window=64 << 20) as client:
            asked = GetFlowsRequest(number=200).SerializeToString()
            await client.call("observer.Observer/GetFlows", asked)
            answer = await client.answer(pause=0.01)
        data = b"".join(each.data for each in answer if isinstance(each, DataReceived))
        assert len(list(Assembler(1 << 20).feed(data))) == 200
