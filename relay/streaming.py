"""Streamed answers: how many at a time, and the status with which they end."""

from collections.abc import Callable, Iterable
from contextlib import aclosing
from typing import TypeVar

import grpc
import grpc.aio
from google.protobuf.message import DecodeError, Message

from proto.filters import InvalidFilter
from proto.selection import InvalidSelection
from proto.version import API_VERSION, VERSION
from relay.agentstream import Context, Refused
from relay.answers import Answers
from relay.errors import StoreError
from relay.following import Stopping
from relay.metrics import Metrics
from relay.parts import Part, Place
from relay.requests import Query

M = TypeVar("M", bound=Message)

VERSIONS = (
    ("hubble-server-version", API_VERSION),
    ("hubble-relay-version", API_VERSION),
    ("palomar-version", VERSION),
)
"""Metadata of every answer, by which clients tell whether they are newer than the server."""

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
        """Answer what `ask` reads from the request, with the messages that `frame` makes of it.

        The answer's metadata goes out once its place is known: who follows and has seen it will
        get whatever is stored from then on.
        """
        self._open += 1
        greeted = False
        try:
            self._check_limit()
            async with aclosing(self._answers.answer(*ask())) as parts:
                async for part in parts:
                    if not greeted:
                        greeted = True
                        await context.send_initial_metadata(VERSIONS)
                    for message in frame(part):
                        await context.write(message)
                    self._metrics.add("palomar_events_sent_total", len(part.events), method)
        except Exception as error:
            if not greeted:
                await context.send_initial_metadata(VERSIONS)
            await context.abort(*_status(error))
        finally:
            self._open -= 1

    def _check_limit(self) -> None:
        if self._open > self._limit:
            self._metrics.add("palomar_streams_refused_total")
            why = f"the relay streams {self._limit} answers already"
            raise Refused(grpc.StatusCode.RESOURCE_EXHAUSTED, why)


def _status(error: Exception) -> tuple[grpc.StatusCode, str]:
    """Choose the status for a failure."""
    if isinstance(error, Refused):
        return error.code, str(error)
    codes = (code for kind, code in CODES if isinstance(error, kind))
    return next(codes, grpc.StatusCode.INTERNAL), str(error) or type(error).__name__
