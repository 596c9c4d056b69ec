"""One read of a server, which may be interrupted and go on: what to ask, keep, and when to stop.

Nothing here talks to the network: the clients, with and without asyncio, do what a Reading says.

A follow is taken up again after an interruption. A relay of ours goes on exactly where it broke
off, by its cursor. Another server is asked again from a little before the last answers on, and what
came already is dropped: best effort, because it may have lost some, or put them in another order.
"""

import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, cast

import grpc

from proto.backoff import Backoff
from proto.failure import TransportError, explain, reason, status_code
from proto.observer_pb2 import (
    GetAgentEventsRequest,
    GetDebugEventsRequest,
    GetFlowsRequest,
    GetFlowsResponse,
)
from proto.overlap import Answer, Overlap
from proto.reader_pb2 import Cursor, ReadRequest, ReadResponse
from proto.server import Say, Server
from proto.timestamps import from_ns, to_ns

Request = TypeVar("Request", GetFlowsRequest, GetAgentEventsRequest, GetDebugEventsRequest)

RETRYABLE = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.CANCELLED,  # by a server that stops
        grpc.StatusCode.INTERNAL,  # a stream reset by a proxy
    }
)
"""Codes after which a follow is taken up again."""

GRACE_SECONDS = 2.0
"""How long after the end of a follow's range a server may still send what belongs to it."""


Retry = Callable[[str, float], None]
"""Is told before each wait why the server is lost, and how many seconds the wait takes."""


class Reading(Generic[Request, Answer]):
    """A read of `server` as `request` asks; `on_reconnect` is told of losses and returns, and
    `on_retry` of each attempt.
    """

    def __init__(
        self,
        request: Request,
        server: Server,
        on_reconnect: Say | None = None,
        on_retry: Retry | None = None,
        enough: Sequence[str] = (),
    ) -> None:
        self._request: Request = request
        self._enough = enough
        self._server = server
        self._say = on_reconnect or (lambda line: None)
        self._retrying = on_retry or (lambda why, seconds: None)
        self._backoff = Backoff()
        self._overlap: Overlap[Answer] = Overlap()
        self._cursor: Cursor | None = None
        self._from_ns: int | None = None
        self._newest_ns: int | None = None
        self._lost = False
        self._until_ns = to_ns(request.until) if request.HasField("until") else None
        plain = request.follow and not request.number and not request.HasField("since")
        # A follow without history that got nothing yet still wants what came meanwhile.
        self._started_ns = time.time_ns() if plain else None

    @property
    def batched(self) -> bool:
        """Whether palomar.v1.Reader is asked, and not observer.Observer."""
        return self._server.offers_batches and isinstance(self._request, GetFlowsRequest)

    def ask(self) -> ReadRequest | Request:
        """Give what to ask next: palomar.v1.Reader or observer.Observer, as the type says."""
        asked = type(self._request)()
        asked.CopyFrom(self._request)
        if self._from_ns is not None:
            asked.number = 0
            asked.since.CopyFrom(from_ns(self._from_ns))
        if self._server.offers_batches and isinstance(asked, GetFlowsRequest):
            return ReadRequest(request=asked, after=self._cursor)
        if self._enough and isinstance(asked, GetFlowsRequest):
            # One flow a message, what is left out saves time; in batches, leaving out costs more.
            asked.field_mask.paths.extend(self._enough)
        return asked

    def timeout(self) -> float | None:
        """Seconds that the call may take; servers of Hubble do not end a follow at its `until`."""
        if self._until_ns is None or not self._request.follow or self.batched:
            return None
        return max(0.0, (self._until_ns - time.time_ns()) / 1e9) + GRACE_SECONDS

    def take(self, message: ReadResponse | Answer) -> list[Answer]:
        """Take a message of the answer; give what in it is new, which may be nothing."""
        self._going()
        if isinstance(message, ReadResponse):
            return self._take_batch(message)
        if not self._request.follow:
            return [message]
        time_ns = time_of(message)
        if time_ns and self._until_ns and time_ns > self._until_ns:
            return []
        return [message] if self._overlap.is_new(message, time_ns) else []

    def _take_batch(self, message: ReadResponse) -> list[Answer]:
        if message.HasField("cursor"):
            self._cursor = message.cursor
        if message.HasField("coverage"):
            self._server.coverage = message.coverage
        # Only flows are read in batches, so these are what was asked for.
        answers = cast("list[Answer]", list(message.responses))
        times = (time_ns for answer in reversed(answers) if (time_ns := time_of(answer)))
        self._newest_ns = next(times, self._newest_ns)
        return answers

    def after(self, error: grpc.RpcError | None) -> float | None:
        """Say how many seconds to wait before asking again, or None when the read is complete.

        `error` is what ended the call, None if it ended well. Raise TransportError for good.
        """
        code = status_code(error) if error else None
        if self._asked_too_much(code):
            self._cursor = None
            if self._lost:
                self._from_ns = self._resume_ns()
            return 0.0
        if self._is_complete(code):
            return None
        again = (
            self._request.follow and self._server.reached and (code is None or code in RETRYABLE)
        )
        if error and not again:
            raise TransportError(explain(error, self._server.target)) from error
        return self._retry(error)

    def _is_complete(self, code: grpc.StatusCode | None) -> bool:
        """Whether this was the end: a follow has one only where its range ends."""
        if not self._request.follow:
            return code is None
        if self._until_ns is None or code not in (None, grpc.StatusCode.DEADLINE_EXCEEDED):
            return False
        # A relay of ours knows the end; a server of Hubble that ends a call is stopping.
        return code is not None or self.batched or time.time_ns() >= self._until_ns

    def _asked_too_much(self, code: grpc.StatusCode | None) -> bool:
        """Whether to ask for less at once: no batches, or no exact resuming in another store."""
        if code is grpc.StatusCode.UNIMPLEMENTED and self.batched:
            self._server.offers_batches = False
            self._server.reached = True
            return True
        return code is grpc.StatusCode.FAILED_PRECONDITION and self._cursor is not None

    def _retry(self, error: grpc.RpcError | None) -> float:
        why = reason(error) if error else "it hung up"
        if not self._lost:
            self._say(f"lost {self._server.target}: {why}; trying again")
        self._lost = True
        if self._cursor is None:
            self._from_ns = self._resume_ns()
        delay = self._backoff.next()
        self._retrying(why, delay)
        return delay

    def _resume_ns(self) -> int | None:
        """Where to go on by time; None: as at first."""
        overlap = self._overlap.renew()
        if overlap is None and self._newest_ns is not None:
            return self._newest_ns + 1
        return self._started_ns if overlap is None else overlap

    def _going(self) -> None:
        """Note that answers come."""
        self._backoff.reset()
        if self._lost:
            exact = "exactly" if self._cursor else "by time, best effort,"
            self._say(f"{self._server.target} is back; going on {exact} where it broke off")
        self._lost = False


def time_of(answer: Answer) -> int | None:
    """Give the time of an event in nanoseconds since 1970; None without one, or for a node's state.

    What a server says of its nodes is new whenever it says it.
    """
    if isinstance(answer, GetFlowsResponse) and answer.HasField("node_status"):
        return None
    if answer.HasField("time"):
        return to_ns(answer.time)
    if isinstance(answer, GetFlowsResponse) and answer.flow.HasField("time"):
        return to_ns(answer.flow.time)
    return None
