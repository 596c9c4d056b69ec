"""Streamed answers: how many at a time, and the status with which they end."""

from collections.abc import Callable, Iterable
from contextlib import aclosing
from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from relay.answers.answer import Answers
from relay.answers.parts import Part, Place
from relay.answers.requests import Query
from relay.counts.metrics import Metrics
from relay.services.greeting import VERSIONS
from relay.services.refusal import Context, Misbehaved, TooMany, refusal

M = TypeVar("M", bound=Message)


def read(kind: type[M], request: bytes) -> M:
    """Parse a request. Raise Misbehaved."""
    try:
        return kind.FromString(request)
    except DecodeError:
        name = kind.DESCRIPTOR.full_name
        raise Misbehaved(f"the request is no {name}") from None


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
            refused = refusal(error)
            await context.abort(refused.code, str(refused))
        finally:
            self._open -= 1

    def _check_limit(self) -> None:
        if self._open > self._limit:
            self._metrics.add("palomar_streams_refused_total")
            raise TooMany(f"the relay streams {self._limit} answers already")
