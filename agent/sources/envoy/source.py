"""The Envoy source: what Envoys log, as they log it."""

import time
import uuid
from collections.abc import Iterator

from agent.sources.envoy.entries import Teller
from agent.sources.envoy.server import PATIENCE, Server
from agent.sources.source import CHUNK_EVENTS, Chunk, Source

LINGER = 0.01
"""How long a chunk that is not full waits for more, in seconds."""


class EnvoySource(Source):
    """The access logs that `server` takes, told by `teller`.

    Nothing can be asked for again, and no Envoy waits: what does not fit into the spool is lost and
    counted.
    """

    kind = "envoy"
    waits = False
    resumes = False

    def __init__(self, server: Server, teller: Teller) -> None:
        super().__init__(server.address, uuid.uuid4().hex)
        self._server = server
        self._teller = teller

    def chunks(self, position: bytes, most_bytes: int) -> Iterator[Chunk]:
        """Give events as entries come; positions are empty."""
        while not self.stopping.is_set():
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

    def summary(self) -> list[str]:
        """Say what came, and what of it was left out."""
        tally, lines = self._teller.tally, [f"{self._teller.tally.entries:,} entries"]
        lines.append(f"{self._server.streams:,} streams")
        counts = {
            "messages refused": tally.refused,
            "interim entries left out": tally.interim,
            "messages without a name": tally.nameless,
            "connections forgotten early": self._teller.connections.forgotten,
        }
        return lines + [f"{number:,} {what}" for what, number in counts.items() if number]

    def _lately(self) -> Iterator[bytes]:
        """Wait for a message; give its events, and those of what comes in the moment after it."""
        message = self._server.next(PATIENCE)
        until = time.monotonic() + LINGER
        count = 0
        while message:
            for event in self._teller.events(message):
                count += 1
                yield event
            full = count >= CHUNK_EVENTS
            message = None if full else self._server.next(until - time.monotonic())
