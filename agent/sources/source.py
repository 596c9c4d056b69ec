"""What a source is: something that gives events in order, and says after each chunk how far it has
come.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

CHUNK_EVENTS = 256
"""Most events of a chunk. A chunk goes to the relay as one batch."""


class SourceError(Exception):
    """A source that cannot be read, or not to its end. The text is one line that names it."""


class Chunk(NamedTuple):
    """A run of events, each a serialized `observer.ExportEvent`, and where the source stands after
    the last.
    """

    events: list[bytes]
    position: bytes

    @property
    def size(self) -> int:
        """Size of all events, in bytes."""
        return sum(map(len, self.events))


class Source(ABC):
    """One thing that is read. `chunks` runs in a thread of its own, everything else may be called
    from any.

    `name` and `run` are `Hello.source` and `Hello.run`: they must be the same after a restart where
    the source resumes.
    """

    kind: ClassVar[str]
    """Kind of agent, as `Hello.kind`."""
    waits: ClassVar[bool] = True
    """Whether it may be held back while the spool is full; if not, what does not fit is lost, and
    counted.
    """
    node = ""
    """Name of the node that it speaks for, where that is not the agent's own."""
    cluster = ""
    """Cluster of that node."""
    ends = False
    """Whether it ends by itself, so that one that is stopped before is not whole."""
    resumes = True
    """Whether it can go on from a position; if not, what it gives is always new."""

    def __init__(self, name: str, run: str = "") -> None:
        self.name = name
        self.run = run
        self.stopping = threading.Event()

    @abstractmethod
    def chunks(self, position: bytes, most_bytes: int) -> Iterator[Chunk]:
        """Give all events after `position` (empty: from the start), at most `most_bytes` a chunk.

        A single event that is larger makes a chunk of its own. The iterator ends where the source
        does, and soon after `stop`. Raise SourceError where it cannot be read any further; what was
        given before counts.
        """

    def stop(self) -> None:
        """Have the running iterator end soon."""
        self.stopping.set()

    def summary(self) -> list[str]:
        """Say what there is to say at the end, such as what had to be left out, a line each."""
        return []
