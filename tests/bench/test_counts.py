"""A guard against getting slower that needs no clock: counts are the same on every machine."""

import asyncio
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from h2.events import DataReceived

from bench.feed import Feed
from bench.flows import BATCH, events, requests
from bench.store_ingest import limits
from proto.client import Client
from proto.flow_pb2 import FlowFilter
from proto.observer_pb2 import GetFlowsRequest, GetFlowsResponse
from proto.reader_pb2 import ReadRequest, ReadResponse
from proto.reader_pb2_grpc import ReaderStub
from proto.selection import Selection
from proto.target import Target
from proto.transport import open_channel
from relay.services.http2.wire import Assembler
from relay.store import Store
from tests.bench import bounds
from tests.bench.bounds import hold
from tests.bench.counting import Reading, instructions, modules, statements
from tests.bench.stores import START_NS, answers, batches, full, put
from tests.commands import observe
from tests.frames import connection
from tests.relays import RelayProcess

ALL = 2**64 - 1
STORED = 16 * BATCH
"""Events in the relay that is asked."""

HUBBLE = "hubble.sock"
"""Where it listens for tools of Hubble."""

STATEMENTS = "SQL statements to store a batch"
MODULES = "modules for help"


def spent(so_far: Reading, act: Callable[[], object]) -> int:
    """Count what something needs when it is done for the second time."""
    act()
    before = so_far()
    act()
    return so_far() - before - 1


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RelayProcess]:
    """Run a relay with some events."""
    folder = tmp_path_factory.mktemp("relay")
    with RelayProcess(folder, "--hubble-listen", f"unix://{folder}/{HUBBLE}") as process:
        feed = Feed(process.address, "count")
        feed.send(batches(16), STORED)
        feed.close()
        yield process


def test_instructions_to_store_a_flow(tmp_path: Path) -> None:
    """Full rings, batches of 256, a commit for each."""
    ready = batches(16)
    with instructions() as so_far, full(tmp_path / "palomar.db", 8) as store:
        before = so_far()
        put(store, ready[8:])
        hold("instructions to store a flow", (so_far() - before) / (8 * BATCH))


def test_instructions_to_store_a_flow_that_comes_alone(tmp_path: Path) -> None:
    """A batch with a single event, as where little happens: what a commit costs in any case."""
    single = list(requests(events(1, START_NS), 8 * BATCH + 64, 0, 1))[8 * BATCH :]
    with instructions() as so_far, full(tmp_path / "palomar.db", 8) as store:
        put(store, single[:32])
        before = so_far()
        put(store, single[32:])
        hold("instructions to store a flow that comes alone", (so_far() - before) / 32)


def test_sql_statements_to_store_a_batch(tmp_path: Path) -> None:
    """Full rings: one transaction for a batch, whatever is evicted for it."""
    with statements() as ran, full(tmp_path / "palomar.db") as store:
        before, commits = ran.number(), ran.number("COMMIT")
        put(store, batches(32)[24:])
        assert ran.number("COMMIT") - commits == 8
        hold(STATEMENTS, (ran.number() - before) / 8)


def test_a_commit_for_each_flow_breaks_the_bounds(tmp_path: Path) -> None:
    """The guard sees waste: the same events, each in a batch of its own."""
    single = list(requests(events(1, START_NS), 9 * BATCH, batch=1))
    with statements() as ran, full(tmp_path / "palomar.db", 8) as store:
        before = ran.number()
        put(store, single[8 * BATCH :])
        with pytest.raises(AssertionError, match="too much"):
            bounds.check(STATEMENTS, ran.number() - before)


def test_bytes_on_disk(tmp_path: Path) -> None:
    """A closed file, dictionaries and all: of 20,480 events they are the smaller part."""
    path = tmp_path / "palomar.db"
    store = Store(path, limits(0.02), clock=lambda: START_NS)
    put(store, batches(80))
    store.close()
    hold("bytes of a file for a flow", path.stat().st_size / (80 * BATCH))


def test_bytes_of_memory(tmp_path: Path) -> None:
    """What Python and numpy hold for an event more, once the dictionaries are filled."""
    ready = batches(80)
    tracemalloc.start()
    try:
        store = Store(tmp_path / "palomar.db", limits(0.02), clock=lambda: START_NS)
        put(store, ready[:40])
        before = tracemalloc.get_traced_memory()[0]
        put(store, ready[40:])
        held = tracemalloc.get_traced_memory()[0] - before
        hold("bytes of memory for a flow", held / (40 * BATCH))
        store.close()
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("pod", ["", "needle/percent", "needle/none"])
def test_instructions_to_find_the_last_20(tmp_path: Path, pod: str) -> None:
    """A filter is asked of each of 1,000 endpoints, and of few flows."""
    allow = [FlowFilter(source_pod=[pod])] if pod else []
    with full(tmp_path / "palomar.db") as store, instructions() as so_far:
        counted = spent(so_far, lambda: answers(store, Selection(20), allow))
        hold(f"instructions to find the last 20 of {pod or 'all'}", counted)


def test_instructions_to_read_a_flow_from_history(tmp_path: Path) -> None:
    """All that is stored, in order."""
    with full(tmp_path / "palomar.db") as store, instructions() as so_far:
        count = answers(store, Selection())
        counted = spent(so_far, lambda: answers(store, Selection()))
        hold("instructions to read a flow from history", counted / count)


def test_instructions_of_a_client_that_reads_a_flow(relay: RelayProcess) -> None:
    """In batches, nothing is done for each flow but to hand it on."""
    asked = GetFlowsRequest(number=ALL)
    with Client(relay.address) as client, instructions() as so_far:
        count = sum(map(len, client.responses(asked)))
        counted = spent(so_far, lambda: sum(map(len, client.responses(asked))))
        hold("instructions of a client that reads 1,000 flows", counted / count * 1_000)


def messages(relay: RelayProcess) -> list[ReadResponse]:
    """Read everything in batches."""
    with open_channel(Target.parse(relay.address)) as channel:
        asked = ReadRequest(request=GetFlowsRequest(number=ALL))
        return list(ReaderStub(channel).Read(asked))


def test_messages_and_bytes_to_read_a_flow(relay: RelayProcess) -> None:
    """A message has hundreds of flows, and little around them."""
    read = messages(relay)
    answers = [answer for message in read for answer in message.responses]
    hold("messages for 1,000 flows", len(read) / len(answers) * 1_000)
    inside = sum(map(GetFlowsResponse.ByteSize, answers))
    assert sum(map(ReadResponse.ByteSize, read)) < inside * 1.012


def test_frames_for_a_flow(relay: RelayProcess) -> None:
    """One flow a message, and many messages a frame."""

    async def read() -> list[bytes]:
        async with connection(f"unix://{relay.data.with_name(HUBBLE)}") as client:
            asked = GetFlowsRequest(number=ALL).SerializeToString()
            await client.call("observer.Observer/GetFlows", asked)
            return [each.data for each in await client.answer() if isinstance(each, DataReceived)]

    frames = asyncio.run(read())
    answers = list(Assembler(1 << 20).feed(b"".join(frames)))
    hold("frames for 1,000 flows, many in each", len(frames) / len(answers) * 1_000)


@pytest.mark.parametrize("output", ["jsonpb", "compact", "csv", "dict", "table"])
def test_instructions_to_print_a_flow(relay: RelayProcess, output: str) -> None:
    """The whole command but its start: what 200 flows need is taken off what 600 do."""

    def ask(last: int) -> None:
        done = observe("--server", relay.address, "--last", last, "--output", output)
        assert done.exit_code == 0

    with instructions() as so_far:
        few, many = (spent(so_far, partial(ask, last)) for last in (200, 600))
    hold(f"instructions to print a flow as {output}", (many - few) / 400)


@pytest.mark.parametrize(("counted", "says"), [(134, "too much"), (66, "twice as much would pass")])
def test_a_bound_is_a_third_more_and_never_twice_as_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: float, says: str
) -> None:
    monkeypatch.setattr(bounds, "RECORD", tmp_path / "counts.json")
    bounds.record("steps", 100)
    bounds.check("steps", 133)
    bounds.check("steps", 67)
    with pytest.raises(AssertionError, match=says):
        bounds.check("steps", counted)


def test_modules_for_help() -> None:
    """Help needs none that is heavy."""
    imported = modules("-m", "observe", "--help")
    hold(MODULES, len(imported))
    assert not imported & {
        "grpc",
        "google.protobuf",
        "asyncio",
        "numpy",
        "orjson",
        "re2",
        "sqlite3",
    }


def test_modules_for_the_last_flow(relay: RelayProcess) -> None:
    """A question needs gRPC, which brings asyncio, and nothing else that is heavy."""
    imported = modules("-m", "observe", "--last=1", "--server", relay.address)
    hold("modules for the last flow", len(imported))
    assert not imported & {"numpy", "orjson", "re2", "sqlite3", "textual", "rich", "zstandard"}


def test_an_import_too_many_breaks_the_bound() -> None:
    """The guard sees waste: a help that imports gRPC."""
    imported = modules("-c", "import observe.cli, grpc")
    assert "grpc" in imported
    with pytest.raises(AssertionError, match="too much"):
        bounds.check(MODULES, len(imported))
