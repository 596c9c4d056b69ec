import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from observe.errors import ObserveError
from observe.filesource import FileSource
from proto.flow_pb2 import AgentEvent, FlowFilter
from proto.jsonlines import to_json
from proto.observer_pb2 import (
    ExportEvent,
    GetAgentEventsRequest,
    GetDebugEventsRequest,
    GetFlowsRequest,
)
from proto.timestamps import from_ns
from tests.commands import lines_file
from tests.factories import NOON_NS, event, flow, lost
from tests.hard_events import FLOWS

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "gzip in two members": lambda data: gzip.compress(data[:500]) + gzip.compress(data[500:]),
    "zstd": zstandard.ZstdCompressor().compress,
    "zstd in two frames": lambda data: (
        zstandard.ZstdCompressor().compress(data[:500])
        + zstandard.ZstdCompressor().compress(data[500:])
    ),
}


def read(source: FileSource, request: GetFlowsRequest | None = None) -> list[ExportEvent]:
    return [each for batch in source.responses(request or GetFlowsRequest()) for each in batch]


def drain(source: FileSource, into: list[ExportEvent]) -> None:
    for batch in source.responses(GetFlowsRequest()):
        into += batch


def timed(*seconds: int) -> list[ExportEvent]:
    return [event(time=from_ns(NOON_NS + n * 10**9), uuid=str(n)) for n in seconds]


def uuids(events: list[ExportEvent]) -> list[str]:
    return [each.flow.uuid for each in events]


@pytest.mark.parametrize("packing", PACKERS)
def test_files_are_read_however_they_are_packed(tmp_path: Path, packing: str) -> None:
    readable = [each for each in FLOWS if each.flow.time.seconds != 10**15]
    path = lines_file(tmp_path, readable)
    path.write_bytes(PACKERS[packing](path.read_bytes()))
    assert read(FileSource(str(path))) == readable


def test_the_order_of_the_file_is_kept_and_the_range_counts_first(tmp_path: Path) -> None:
    path = lines_file(tmp_path, timed(5, 1, 4, 2, 3))
    whole = GetFlowsRequest()
    assert uuids(read(FileSource(str(path)), whole)) == ["5", "1", "4", "2", "3"]
    ranged = GetFlowsRequest(
        number=2, since=from_ns(NOON_NS + 2 * 10**9), until=from_ns(NOON_NS + 4 * 10**9)
    )
    assert uuids(read(FileSource(str(path)), ranged)) == ["2", "3"]
    ranged.first = True
    assert uuids(read(FileSource(str(path)), ranged)) == ["4", "2"]


def test_filters_and_masks_hold_for_files_too(tmp_path: Path) -> None:
    path = lines_file(tmp_path, timed(1, 2, 3))
    request = GetFlowsRequest(whitelist=[FlowFilter(uuid=["2"])])
    request.field_mask.paths.extend(["uuid", "source.pod_name"])
    (found,) = read(FileSource(str(path)), request)
    assert found.flow.uuid == "2"
    assert found.flow.source.pod_name == flow().source.pod_name
    assert not found.flow.HasField("IP")
    assert found.node_name == "default/node-1"


def test_each_request_gets_its_kind(tmp_path: Path) -> None:
    agent = ExportEvent(agent_event=AgentEvent(), node_name="n")
    debug = ExportEvent(node_name="d")
    debug.debug_event.message = "m"
    path = lines_file(tmp_path, [event(), agent, lost(), debug])
    assert read(FileSource(str(path))) == [event(), lost()]
    assert list(FileSource(str(path)).responses(GetAgentEventsRequest())) == [[agent]]
    assert list(FileSource(str(path)).responses(GetDebugEventsRequest())) == [[debug]]


def test_what_is_no_event_is_left_out_and_said(tmp_path: Path) -> None:
    path = tmp_path / "flows"
    good = to_json(flow(uuid="u"))
    path.write_bytes(
        b"\xef\xbb\xbf" + good + b'\n\n  \nnot json\n{"uuid":3}\n{"uuid":"v","new":1}\r\n' + good
    )
    source = FileSource(str(path))
    assert uuids(read(source)) == ["u", "v", "u"]
    assert source.looked_at == 3
    notes = source.notes()
    assert notes[0].startswith(f"{path}: 2 lines skipped, first line 4: not JSON")
    assert notes[1] == f"{path}: 1 unknown fields left out (Flow.new)"


def test_a_file_without_faults_has_no_notes(tmp_path: Path) -> None:
    source = FileSource(str(lines_file(tmp_path, timed(1))))
    read(source)
    assert source.notes() == []


def test_a_line_beyond_the_limit_is_skipped_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("observe.filesource.LONGEST_LINE", 1000)
    path = lines_file(tmp_path, [event(uuid="1"), event(Summary="x" * 3000), event(uuid="2")])
    source = FileSource(str(path))
    assert uuids(read(source)) == ["1", "2"]
    assert "1 line skipped, first line 2" in source.notes()[0]


def test_the_hint_says_what_was_looked_at(tmp_path: Path) -> None:
    source = FileSource(str(lines_file(tmp_path, timed(3, 1, 2))))
    read(source)
    assert source.hint() == (
        "nothing matched; 3 flows or events were looked at, "
        "from 2025-10-13T16:31:00.023Z to 2025-10-13T16:31:02.023Z"
    )
    empty = FileSource(str(lines_file(tmp_path, [], "empty")))
    read(empty)
    assert empty.hint() == "nothing matched; 0 flows or events were looked at"


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_a_compressed_file_that_is_cut_off_gives_what_it_has(tmp_path: Path, packing: str) -> None:
    path = lines_file(tmp_path, (event(uuid=f"{n:032x}") for n in range(2000)))
    path.write_bytes(PACKERS[packing](path.read_bytes())[:-500])
    source = FileSource(str(path))
    found: list[ExportEvent] = []
    with pytest.raises(ObserveError, match=f"{path}: the compressed file is cut off"):
        drain(source, found)
    assert uuids(found)[:2] == [f"{0:032x}", f"{1:032x}"]
    assert source.looked_at >= len(found) > 1000


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_a_damaged_file_is_named(tmp_path: Path, packing: str) -> None:
    path = lines_file(tmp_path, timed(*range(50)))
    packed = bytearray(PACKERS[packing](path.read_bytes()))
    packed[20:60] = bytes(40)
    path.write_bytes(packed)
    with pytest.raises(ObserveError, match=f"{path}: damaged: ") as error:
        read(FileSource(str(path)))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("path", ["/nowhere/flows.jsonl", "/"])
def test_a_file_that_cannot_be_read_is_named(path: str) -> None:
    with pytest.raises(ObserveError, match=f"cannot read {path}: "):
        read(FileSource(path))
