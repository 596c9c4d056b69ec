"""The batched, resumable read: what GetFlows answers, many to a message, each message with its
place."""

from collections.abc import Callable, Iterable

import grpc

from proto.reader_pb2 import Cursor, ReadRequest, ReadResponse
from relay.answers import framing, requests
from relay.answers.parts import Part, Place
from relay.answers.requests import Query
from relay.answers.streaming import Streams, read
from relay.services.refusal import Context, Refused


class Reader:
    """palomar.v1.Reader; `opening` makes what every answer about flows begins with."""

    def __init__(self, relay_id: str, streams: Streams, opening: Callable[[], list[bytes]]) -> None:
        self._relay_id = relay_id
        self._streams = streams
        self._opening = opening

    async def read(self, request: bytes, context: Context) -> None:
        """Stream batches.

        The first holds the states of the nodes, and the place where the answer begins.
        """
        opening = self._opening()

        def frame(part: Part) -> Iterable[bytes]:
            message = framing.responses([*opening, *part.events]) + self._rest(part)
            opening.clear()
            return (message,)

        await self._streams.send("Read", context, lambda: self._ask(request), frame)

    def _ask(self, request: bytes) -> tuple[Query, Place | None]:
        asked = read(ReadRequest, request)
        after = asked.after if asked.HasField("after") else None
        if after and after.relay != self._relay_id:
            why = f"the cursor is of relay {after.relay!r}, this one is {self._relay_id!r}"
            raise Refused(grpc.StatusCode.FAILED_PRECONDITION, why)
        place = after and Place(after.snapshot, after.time_ns, after.seq, after.live)
        return requests.of_flows(asked.request, surveyed=True), place

    def _rest(self, part: Part) -> bytes:
        """Make the fields behind the responses; serialized fields may simply follow each other."""
        cursor = Cursor(
            relay=self._relay_id,
            snapshot=part.place.snapshot,
            time_ns=part.place.order_ns,
            seq=part.place.seq,
            live=part.place.live,
        )
        return ReadResponse(cursor=cursor, coverage=part.coverage).SerializeToString()
