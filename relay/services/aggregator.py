"""palomar.v1.Aggregator: counts flows instead of giving them out."""

import asyncio
from concurrent.futures import Executor

from google.protobuf.message import Message

from proto.aggregate_pb2 import AggregateRequest
from relay.answers.aggregated import Aggregation, Effort
from relay.answers.streaming import read
from relay.services.refusal import Context, Misbehaved, Refused, refusal
from relay.settings import Settings
from relay.store import Store


class Aggregator:
    """Answers in threads, as many at a time as leave others for those who read flows."""

    def __init__(self, store: Store, threads: Executor, settings: Settings) -> None:
        self._store = store
        self._threads = threads
        self._effort = Effort(settings.aggregate_flows, settings.aggregate_seconds)
        self._turns = asyncio.Semaphore(max(1, settings.query_threads // 2))

    async def aggregate(self, request: bytes, context: Context) -> Message:
        """Answer several questions about the same flows."""
        try:
            async with self._turns:
                return await self._answer(read(AggregateRequest, request))
        except Exception as error:
            refused = _refused(error)
            await context.abort(refused.code, str(refused))
            raise  # never: abort raises

    async def _answer(self, request: AggregateRequest) -> Message:
        aggregation = Aggregation(self._store, self._effort)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, aggregation.answer, request)
        finally:
            aggregation.cancel()


def _refused(error: Exception) -> Refused:
    return Misbehaved(str(error)) if isinstance(error, ValueError) else refusal(error)
