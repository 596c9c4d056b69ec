"""Streamed answers: how many at a time, and the status with which they end."""

from collections.abc import Callable, Iterable
from contextlib import aclosing
from typing import TypeVar

import grpc
import grpc.aio
from google.protobuf.message import DecodeError, Message

from proto.filters import InvalidFilter
from proto.selection import InvalidSelection
from relay.agentstream import Context, Refused
from relay.answers import Answers
from relay.errors import StoreError
from relay.following import Stopping
from relay.metrics import Metrics
from relay.parts import Part, Place
from relay.requests import Query

M = TypeVar("M", bound=Message)

CODES: tuple[tuple[type[Exception], grpc.StatusCode], ...] = (
    (InvalidFilter, grpc.StatusCode.INVALID_ARGUMENT),
    (InvalidSelection, grpc.StatusCode.INVALID_ARGUMENT),
    (Stopping, grpc.StatusCode.UNAVAILABLE),
    (StoreError, grpc.StatusCode.UNAVAILABLE),
)
"""What a client is told about each failure; anything else is INTERNAL."""


def read(kind: type[M], request: bytes) -> M:
    """Parse a request. Raise Refused."""
    try:
        return kind.FromString(request)
    except DecodeError:
        name = kind.DESCRIPTOR.full_name
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, f"the request is no {name}") from None


class Streams:
    """The streamed answers of one relay."""

    def __init__(self, answers: Answers, metrics: Metrics, limit: int) -> None:
        self._answers = answers
        self._metrics = metrics
        self._limit = limit
        self._open = 0
        metrics.read("palomar_streams", lambda: {(): self._open})

    async def send(
        self,
        method: str,
        context: Context,
        ask: Callable[[], tuple[Query, Place | None]],
        frame: Callable[[Part], Iterable[bytes]],
    ) -> None:
        """Answer what `ask` reads from the request, each part as the messages that `frame` makes of
        it."""
        self._open += 1
        try:
            await self._answer(method, context, ask, frame)
        except Refused as refused:
            await context.abort(refused.code, str(refused))
        finally:
            self._open -= 1

    async def _answer(
        self,
        method: str,
        context: Context,
        ask: Callable[[], tuple[Query, Place | None]],
        frame: Callable[[Part], Iterable[bytes]],
    ) -> None:
        if self._open > self._limit:
            self._metrics.add("palomar_streams_refused_total")
            why = f"the relay streams {self._limit} answers already"
            raise Refused(grpc.StatusCode.RESOURCE_EXHAUSTED, why)
        try:
            query, after = ask()
            async with aclosing(self._answers.answer(query, after)) as parts:
                async for part in parts:
                    for message in frame(part):
                        await context.write(message)
                    self._metrics.add("palomar_events_sent_total", len(part.events), method)
        except Exception as error:
            raise _refusal(error) from error


def _refusal(error: Exception) -> Refused:
    if isinstance(error, Refused):
        return error
    codes = (code for kind, code in CODES if isinstance(error, kind))
    return Refused(next(codes, grpc.StatusCode.INTERNAL), str(error) or type(error).__name__)
