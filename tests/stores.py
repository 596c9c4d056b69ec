"""A store for a test: a clock that stands still, batches from events, answers as lists."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from proto.collector_pb2 import Batch, CollectRequest
from proto.flow_pb2 import FlowFilter
from proto.observer_pb2 import ExportEvent
from proto.selection import Selection
from relay.ingest.streams import Progress, StreamKey
from relay.rings.limits import Limit
from relay.rings.stored import Stored
from relay.store import Store
from tests.factories import NOON_NS

KEY = StreamKey("node-1", "test", "")
SECONDS = 10.0
"""How long a test waits for the writer, which takes milliseconds."""


class Clock:
    """A clock that a test sets."""

    def __init__(self, ns: int = NOON_NS) -> None:
        self.ns = ns

    def __call__(self) -> int:
        return self.ns


@contextmanager
def opened(
    path: Path,
    limits: Mapping[str, Limit] | None = None,
    clock: Callable[[], int] | None = None,
) -> Iterator[Store]:
    """Open a store, and close it afterwards."""
    store = Store(path, limits, clock=clock or Clock())
    try:
        yield store
    finally:
        store.close()


def request(events: Iterable[ExportEvent], ordinal: int = 0, position: bytes = b"") -> bytes:
    """Make a batch as an agent sends it."""
    batch = Batch(ordinal=ordinal, position=position, events=events)
    return CollectRequest(batch=batch).SerializeToString()


def put(store: Store, *events: ExportEvent, key: StreamKey = KEY) -> Progress:
    """Store events where the stream is, and wait for the commit."""
    known = store.progress(key).result(SECONDS)
    return store.append(key, request(events, known.ordinal)).result(SECONDS)


def flat(chunks: Iterable[list[Stored]]) -> list[Stored]:
    """Put the chunks of an answer together."""
    return [stored for chunk in chunks for stored in chunk]


def history(
    store: Store,
    selection: Selection | None = None,
    allow: Sequence[FlowFilter] = (),
    deny: Sequence[FlowFilter] = (),
    after: tuple[int, int] | None = None,
) -> list[Stored]:
    """Ask for flows, up to what is committed."""
    asked = selection or Selection()
    return flat(store.history().flows(asked, allow, deny, upto=store.last_seq(), after=after))


def uuids(stored: Iterable[Stored]) -> list[str]:
    """Name the flows of an answer."""
    return [ExportEvent.FromString(each.event).flow.uuid for each in stored]
