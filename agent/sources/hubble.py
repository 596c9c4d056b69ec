"""The Hubble source: all events of a Hubble server or relay, passed on byte for byte."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import grpc

from agent.sources.envelope import complete
from agent.sources.gather import Gather
from agent.sources.reached import Reached
from agent.sources.source import CHUNK_EVENTS, Chunk, Source, SourceError
from agent.sources.wire import fields
from proto import observer_pb2, reader_pb2
from proto.timestamps import from_ns, to_ns
from proto.transport import TLS, Backoff, Target, TransportError, explain, open_channel

ALL = 2**64 - 1
"""As a number of events: all."""

FATAL = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.UNIMPLEMENTED,
    }
)
"""Answers that asking again would not change."""

READ = "/palomar.v1.Reader/Read"
RESPONSES = reader_pb2.ReadResponse.RESPONSES_FIELD_NUMBER
CURSOR = reader_pb2.ReadResponse.CURSOR_FIELD_NUMBER


@dataclass(frozen=True)
class Question:
    """One of the streams that a server of Hubble offers."""

    what: str
    method: str
    request: Callable[..., Any]
    response: Any


FLOWS = Question(
    "flows",
    "/observer.Observer/GetFlows",
    observer_pb2.GetFlowsRequest,
    observer_pb2.GetFlowsResponse,
)
AGENT_EVENTS = Question(
    "agent-events",
    "/observer.Observer/GetAgentEvents",
    observer_pb2.GetAgentEventsRequest,
    observer_pb2.GetAgentEventsResponse,
)
DEBUG_EVENTS = Question(
    "debug-events",
    "/observer.Observer/GetDebugEvents",
    observer_pb2.GetDebugEventsRequest,
    observer_pb2.GetDebugEventsResponse,
)


class HubbleSource(Source):
    """All of one kind of event that `target` has and gets: its history, then what comes.

    It reconnects for ever. A relay of ours is read on exactly where it broke off, another server as
    far as its history reaches back. It may be held back: a server of Hubble counts what it loses by
    that, and says so in the stream.
    """

    kind = "hubble"

    def __init__(
        self,
        target: Target,
        tls: TLS | None = None,
        question: Question = FLOWS,
        *,
        run: str = "",
        node: str = "",
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        suffix = "" if question is FLOWS else f" {question.what}"
        super().__init__(f"{target}{suffix}", run)
        self._target = target
        self._tls = tls
        self._question = question
        self._node = node
        self._say = say
        self._reached = Reached()
        self._batched = question is FLOWS
        self._call: Any = None
        self._trouble = False
        self._backoff = Backoff()

    def chunks(self, position: bytes, most_bytes: int) -> Iterator[Chunk]:
        """Read history, then follow."""
        self._reached = Reached.read(position)
        while not self.stopping.is_set():
            try:
                with open_channel(self._target, self._tls) as channel:
                    read = self._read_batches if self._batched else self._read_single
                    yield from read(channel, most_bytes)
                self._report(f"{self._target} ended the stream")
            except (grpc.RpcError, TransportError) as error:
                self._failed(error)

    def stop(self) -> None:
        """Hang up."""
        super().stop()
        if self._call:
            self._call.cancel()

    def _failed(self, error: grpc.RpcError | TransportError) -> None:
        """Decide what to do after an error: ask otherwise, give up, or wait and ask again."""
        code = error.code() if isinstance(error, grpc.RpcError) else None
        if self._batched and code is grpc.StatusCode.UNIMPLEMENTED:
            self._batched = False
            self._reached = Reached(seen=self._reached.seen)
        elif code is grpc.StatusCode.FAILED_PRECONDITION and self._reached.cursor:
            self._reached = Reached(seen=self._reached.seen)
        elif code in FATAL:
            raise SourceError(_reason(error, self._target)) from None
        elif not self.stopping.is_set():
            self._report(_reason(error, self._target))

    def _report(self, reason: str) -> None:
        """Say that the server does not answer, once until it does again, and wait a while."""
        if not self._trouble:
            self._say(f"{reason}; trying again until it works")
        self._trouble = True
        self.stopping.wait(self._backoff.next())

    def _answered(self) -> None:
        if self._trouble:
            self._say(f"{self._target} is back")
        self._trouble = False
        self._backoff.reset()

    def _ask(self, channel: grpc.Channel, method: str, request: Any) -> Iterator[bytes]:
        """Ask for a stream of messages, each as its bytes."""
        call: Any = channel.unary_stream(method)(request.SerializeToString())
        self._call = call
        if self.stopping.is_set():
            call.cancel()
        for message in call:
            self._answered()
            yield message

    def _request(self) -> Any:
        """Ask for all, or for what was not seen yet; then what comes is held against that."""
        since = self._reached.seen.since()
        if since is None or self._reached.cursor:
            return self._question.request(number=ALL, follow=True)
        self._reached.seen.resume()
        return self._question.request(since=from_ns(since), follow=True)

    def _read_single(self, channel: grpc.Channel, most_bytes: int) -> Iterator[Chunk]:
        """Read a server of Hubble, one event a message."""
        messages = self._ask(channel, self._question.method, self._request())
        for batch in Gather(messages, CHUNK_EVENTS):
            for events, _ in self._cut(batch, most_bytes):
                yield Chunk(events, self._reached.position())

    def _read_batches(self, channel: grpc.Channel, most_bytes: int) -> Iterator[Chunk]:
        """Read a relay of ours, many events a message."""
        request = reader_pb2.ReadRequest(request=self._request())
        reached = self._reached
        if reached.cursor:
            request.after.ParseFromString(reached.cursor)
        for message in self._ask(channel, READ, request):
            parts = list(fields(message))
            answers = [value for number, value in parts if number == RESPONSES]
            skipped = reached.skip if reached.cursor else 0
            cursor = next((v for number, v in parts if number == CURSOR), reached.cursor)
            for events, done in self._cut(answers[skipped:], most_bytes):
                reached.skip = skipped + done
                if reached.skip == len(answers):
                    reached.cursor, reached.skip = cursor, 0
                yield Chunk(events, reached.position())
            reached.cursor, reached.skip = cursor, 0

    def _cut(self, answers: list[bytes], most_bytes: int) -> Iterator[tuple[list[bytes], int]]:
        """Cut answers into the events of chunks, each with how many answers are done by then."""
        events: list[bytes] = []
        size = 0
        for done, answer in enumerate(answers, 1):
            if event := self._event(answer):
                events.append(event)
                size += len(event)
            full = len(events) == CHUNK_EVENTS or size >= most_bytes // 2
            if events and (full or done == len(answers)):
                yield events, done
                events, size = [], 0

    def _event(self, answer: bytes) -> bytes | None:
        """Give the event in an answer; None for a node's state, and for what came before."""
        told = self._question.response.FromString(answer)
        if self._question is FLOWS and told.HasField("node_status"):
            return None
        seen = self._reached.seen
        if told.HasField("time") and not seen.is_new(told.node_name, to_ns(told.time), answer):
            return None
        if self._question is FLOWS and told.node_name and told.HasField("time"):
            return answer
        return self._enveloped(told)

    def _enveloped(self, told: Any) -> bytes:
        """Write an event anew whose envelope lacks something, or is of another kind than ours."""
        event = observer_pb2.ExportEvent(node_name=told.node_name)
        for field_, value in told.ListFields():
            if field_.name != "node_name":
                getattr(event, field_.name).CopyFrom(value)
        complete(event, self._node)
        return event.SerializeToString()


def _reason(error: grpc.RpcError | TransportError, target: Target) -> str:
    return explain(error, target) if isinstance(error, grpc.RpcError) else str(error)
