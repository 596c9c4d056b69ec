"""The Envoy source: what Envoys log, as they log it."""

import time
import uuid
from collections.abc import Callable, Iterator

from agent.sources.envoy.entries import Teller
from agent.sources.envoy.server import PATIENCE, Server
from agent.sources.source import CHUNK_EVENTS, Chunk, Source

LINGER = 0.01
"""How long a chunk that is not full waits for more, in seconds."""


class EnvoySource(Source):
    """The access logs that `server` takes, told by `teller`.

    Nothing can be asked for again, and no Envoy waits: what does not fit into the spool is lost and
    counted. `say` takes a line for a person.
    """

    kind = "envoy"
    waits = False
    resumes = False

    def __init__(
        self, server: Server, teller: Teller, say: Callable[[str], None] = lambda line: None
    ) -> None:
        super().__init__(server.address, uuid.uuid4().hex)
        self._say = say
        self._told: set[str] = set()
        self._server = server
        self._teller = teller

    def chunks(self, position: bytes, most_bytes: int) -> Iterator[Chunk]:
        """Give events as entries come; positions are empty."""
        stopping = False
        while not stopping:
            stopping = self.stopping.is_set()  # what was taken until then is still given
            events: list[bytes] = []
            size = 0
            for event in self._lately():
                if events and (len(events) == CHUNK_EVENTS or size + len(event) > most_bytes // 2):
                    yield Chunk(events, b"")
                    events, size = [], 0
                events.append(event)
                size += len(event)
            if events:
                yield Chunk(events, b"")
            self._tell_trouble()

    def stop(self) -> None:
        """Take no more entries, and end after those that wait."""
        super().stop()
        self._server.end()

    def summary(self) -> list[str]:
        """Say what came, and what of it was left out."""
        came = {"entries": self._teller.tally.entries, "streams": self._server.streams}
        left_out = {what: number for what, number in self._trouble().items() if number}
        return [f"{number:,} {what}" for what, number in (came | left_out).items()]

    def _trouble(self) -> dict[str, int]:
        """Count what is not as it should be."""
        tally = self._teller.tally
        return {
            "messages refused": tally.refused,
            "interim entries left out": tally.interim,
            "messages without a name": tally.nameless,
            "streams refused": self._server.refused,
            "streams broken off": self._server.broken,
            "connections forgotten early": self._teller.connections.forgotten,
        }

    def _tell_trouble(self) -> None:
        """Say of each kind of trouble, once, that there is some; the summary has the counts."""
        for what, number in self._trouble().items():
            if number and what not in self._told:
                self._told.add(what)
                self._say(f"{what}: {number:,} so far")

    def _lately(self) -> Iterator[bytes]:
        """Wait for a message; give its events, and those of what comes in the moment after it."""
        message = self._server.next(PATIENCE)
        until = time.monotonic() + LINGER
        count = 0
        while message:
            for event in self._teller.events(message):
                count += 1
                yield event
            full = count >= CHUNK_EVENTS and not self.stopping.is_set()
            message = None if full else self._server.next(until - time.monotonic())
