"""Flows to the clipboard and to files."""

import os
from collections.abc import Iterator
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from proto.flow_pb2 import LostEvent
from proto.jsonlines import parse
from proto.observer_pb2 import GetFlowsResponse
from tests.commands import lines_file, observe
from tests.factories import flow
from tests.hard_events import FLOWS
from tui.export import MOST_COPIED, Exists, ExportError, save, text_of

VALID = [each for each in FLOWS if each.flow.time.seconds < 10**15]
RESPONSES = [GetFlowsResponse.FromString(each.SerializeToString()) for each in VALID]


@pytest.mark.parametrize("ending", [".csv", ".txt", ".jsonl", ".JSON"])
def test_a_file_is_what_observe_prints(tmp_path: Path, ending: str) -> None:
    output = {".csv": "csv", ".txt": "compact"}.get(ending, "jsonpb")
    held = lines_file(tmp_path, VALID, "in.jsonl")
    printed = observe("--input-file", held, "-o", output, "--print-node-name").stdout_bytes
    assert save(str(tmp_path / f"out{ending}"), RESPONSES) == len(RESPONSES)
    assert (tmp_path / f"out{ending}").read_bytes() == printed


@pytest.mark.parametrize(
    ("output", "start"),
    [
        ("compact", "Oct 13 16:30:59.023 [default/node-1]: cilium-test/client2-6dd75b74c6:45004"),
        ("csv", "time,node,source,source_port"),
        ("jsonpb", '{"flow":{"time":"2025-10-13T16:30:59.023Z"'),
    ],
)
def test_what_is_copied_is_what_observe_prints(output: str, start: str) -> None:
    assert text_of(output, [GetFlowsResponse(flow=flow())]).startswith(start)


def test_times_are_of_the_zone_that_is_shown() -> None:
    zone = timezone(timedelta(hours=2))
    copied = text_of("compact", [GetFlowsResponse(flow=flow())], zone)
    assert copied.startswith("Oct 13 18:30:59.023 UTC+02:00 [")


def test_too_much_is_not_copied() -> None:
    made = GetFlowsResponse(flow=flow(Summary="x" * MOST_COPIED))
    with pytest.raises(ExportError, match=r"26\d,\d{3} bytes are too many to copy; write them"):
        text_of("jsonpb", [made])


def test_losses_are_kept_where_they_belong(tmp_path: Path) -> None:
    lost = GetFlowsResponse(lost_events=LostEvent(num_events_lost=3))
    assert save(str(tmp_path / "a.jsonl"), [lost, *RESPONSES[:1]]) == 1
    assert [parse(line).WhichOneof("response_types") for line in read(tmp_path / "a.jsonl")] == [
        "lost_events",
        "flow",
    ]
    assert save(str(tmp_path / "a.csv"), [lost]) == 0
    assert len(read(tmp_path / "a.csv")) == 1


def read(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def test_a_file_is_replaced_only_if_told_so(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("mine")
    with pytest.raises(Exists, match=r"a\.txt exists"):
        save(str(path), RESPONSES[:1])
    assert path.read_text() == "mine"
    assert save(str(path), RESPONSES[:1], replace=True) == 1
    assert path.read_text().startswith("Oct 13")
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("replace", [False, True])
def test_nothing_is_left_of_what_could_not_be_written_whole(tmp_path: Path, replace: bool) -> None:
    def breaking() -> Iterator[GetFlowsResponse]:
        yield from RESPONSES
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.jsonl"
    if replace:
        path.write_text("mine")
    with pytest.raises(ExportError, match=r"cannot write .*a\.jsonl: No space left on device"):
        save(str(path), breaking(), replace)
    assert os.listdir(tmp_path) == ["a.jsonl"] * replace
    assert not replace or path.read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("flows", "flows: the ending says how to write; one of .jsonl, .json, .csv, .txt"),
        ("", ": the ending says how to write; one of .jsonl, .json, .csv, .txt"),
        ("no/such/folder.csv", "cannot write no/such/folder.csv: No such file or directory"),
        ("folder.csv", "folder.csv is no file"),
        (
            "~nobody-here/a.csv",
            "cannot write ~nobody-here/a.csv: Could not determine home directory.",
        ),
    ],
)
def test_what_cannot_be_written_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    for replace in (False, True):
        with pytest.raises(ExportError) as raised:
            save(name, RESPONSES, replace)
        assert str(raised.value) == said


def test_a_path_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert save("~/a.csv", RESPONSES[:1]) == 1
    assert (tmp_path / "a.csv").is_file()
