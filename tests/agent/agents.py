"""Agents for tests: sources made of lists, deliveries in this process, agents in one of their
own.
"""

import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from agent.delivery import Delivery, Relay
from agent.settings import Settings
from agent.sources.source import Chunk, Source
from proto.aclient import AsyncClient
from proto.observer_pb2 import ExportEvent, GetFlowsRequest
from proto.target import Target
from tests.factories import event

ALL = 2**64 - 1


def events(count: int, first: int = 0) -> list[bytes]:
    """Make serialized events that all differ."""
    return [event(uuid=f"{first + n}").SerializeToString() for n in range(count)]


class ListSource(Source):
    """Gives a list, `size` events a chunk; the position is the index of what comes next."""

    kind = "test"

    def __init__(self, given: Sequence[bytes], size: int = 10, name: str = "list") -> None:
        super().__init__(name)
        self.given = given
        self.size = size
        self.started: list[int] = []
        """Where reading began, each time."""

    def chunks(self, position: bytes, most_bytes: int) -> Iterator[Chunk]:
        at = int(position or b"0")
        self.started.append(at)
        while at < len(self.given) and not self.stopping.is_set():
            part = list(self.given[at : at + self.size])
            at += len(part)
            yield Chunk(part, b"%d" % at)


class Run:
    """A delivery in this process: its exit `status`, and what it `said`."""

    def __init__(
        self,
        address: str,
        *sources: Source,
        node: str = "node-1",
        at_once: bool = True,
        **settings: Any,
    ) -> None:
        self.said: list[str] = []
        relay = Relay(Target.parse(address), None, node, "", Settings(**settings))
        self._delivery = Delivery(sources, relay, self.said.append, at_once=at_once)
        self.status = -1

    async def __call__(self) -> Self:
        """Deliver to the end."""
        self.status = await self._delivery.run()
        return self


class AgentProcess:
    """`palomar agent …` in a process of its own; `with` starts it, and kills what is left of it."""

    def __init__(self, *argv: str | Path) -> None:
        self._argv = [sys.executable, "-m", "palomar", "agent", *map(str, argv)]
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            self._argv, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def line(self) -> str:
        """Wait for the next line on its standard error."""
        assert self._process
        assert self._process.stderr
        return self._process.stderr.readline()

    def end(self, number: signal.Signals | None = None, given: str = "") -> tuple[int, str]:
        """Send a signal, if any, and wait; give the exit status, and what it said until then."""
        process, self._process = self._process, None
        assert process
        if number is not None:
            process.send_signal(number)
        _, said = process.communicate(given, timeout=30)
        return process.returncode, said

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process:
            self.end(signal.SIGKILL)


def agent(*argv: str | Path, given: str = "") -> tuple[int, str]:
    """Run an agent to its end; give its exit status, and what it said."""
    process = AgentProcess(*argv)
    process.start()
    return process.end(given=given)


async def stored(address: str, number: int | None = None) -> Counter[bytes]:
    """Read what a relay has; with `number`, wait until it has so many."""
    found: list[bytes] = []
    async with AsyncClient(address) as client:
        request = GetFlowsRequest(number=ALL, follow=number is not None)
        async for batch in client.responses(request):
            told = [answer for answer in batch if not answer.HasField("node_status")]
            found += [_bytes(answer.SerializeToString()) for answer in told]
            if number is not None and len(found) >= number:
                break
    return Counter(found)


def multiset(given: Sequence[bytes]) -> Counter[bytes]:
    """Count events as `stored` does."""
    return Counter(map(_bytes, given))


def _bytes(serialized: bytes) -> bytes:
    return ExportEvent.FromString(serialized).SerializeToString(deterministic=True)


class Lasting(ListSource):
    """Cannot be held back or read again, and lasts until it is stopped."""

    waits = False
    resumes = False

    def __init__(self, given: Sequence[bytes], size: int = 10) -> None:
        super().__init__(given, size)
        self.read = threading.Event()

    def chunks(self, position: bytes, most_bytes: int) -> Iterator[Chunk]:
        yield from super().chunks(b"", most_bytes)
        self.read.set()
        self.stopping.wait()
