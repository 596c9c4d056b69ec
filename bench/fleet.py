"""Many agents that send at the same time, each over a connection of its own."""

import asyncio
import time
from collections.abc import Iterator, Sequence

import grpc.aio

from bench.feed import METHOD, WINDOW, goodbye, hello
from bench.flows import BATCH, requests
from proto.collector_pb2 import CollectResponse

MANY = 64
"""From so many agents on, each has fewer batches on its way: the relay bounds their sum."""

Load = tuple[str, list[bytes], int]
"""What one agent sends: its source, its batches, how many events are in them."""


def loads(source: Iterator[bytes], agents: int, events: int) -> list[Load]:
    """Make ready batches for so many new agents, `events` in all, at least a batch for each."""
    share = max(BATCH, events // agents)
    stamp = time.time_ns()
    return [(f"fleet-{stamp}-{n}", list(requests(source, share)), share) for n in range(agents)]


def send(address: str, sent: Sequence[Load]) -> float:
    """Send everything; give the seconds until all of it is committed."""
    return asyncio.run(_send(address, sent))


async def _send(address: str, sent: Sequence[Load]) -> float:
    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.aio.insecure_channel(address, options) for _ in sent]
    ready = asyncio.Barrier(len(sent) + 1)
    window = WINDOW if len(sent) < MANY else 2
    try:
        async with asyncio.TaskGroup() as group:
            for channel, load in zip(channels, sent, strict=True):
                group.create_task(_agent(channel, load, ready, window))
            await ready.wait()
            began = time.perf_counter()
        return time.perf_counter() - began
    finally:
        await asyncio.gather(*(channel.close() for channel in channels))


async def _agent(
    channel: grpc.aio.Channel, load: Load, ready: asyncio.Barrier, window: int
) -> None:
    source, batches, count = load
    free = asyncio.Semaphore(window)
    collect: grpc.aio.StreamStreamMultiCallable[bytes, CollectResponse] = channel.stream_stream(
        METHOD, None, CollectResponse.FromString
    )
    call = collect()
    await call.write(hello(source))
    await call.read()
    await ready.wait()
    writer = asyncio.create_task(_write(call, batches, free))
    acked = 0
    while acked < count:
        answer = await call.read()
        if not isinstance(answer, CollectResponse):
            raise SystemExit(f"the relay ended the stream of {source}")
        for _ in range(acked, answer.ack.ordinal, BATCH):
            free.release()
        acked = answer.ack.ordinal
    await writer


async def _write(
    call: "grpc.aio.StreamStreamCall[bytes, CollectResponse]",
    batches: Sequence[bytes],
    free: asyncio.Semaphore,
) -> None:
    for batch in batches:
        await free.acquire()
        await call.write(batch)
    await call.write(goodbye())
    await call.done_writing()
