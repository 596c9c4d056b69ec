"""The file source with a real relay: what is read, and that it is read once."""

import gzip
import json
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from agent.sources.file import FileSource
from proto.jsonlines import parse, to_json
from proto.observer_pb2 import ExportEvent
from tests.agent.agents import Run, events, multiset, stored
from tests.relays import running_relay


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[str]:
    (tmp_path / "relay").mkdir()
    async with running_relay(tmp_path / "relay") as running:
        yield running.address


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flows.jsonl"


def lines(given: list[bytes]) -> bytes:
    return b"".join(to_json(ExportEvent.FromString(event)) + b"\n" for event in given)


def odd_lines() -> bytes:
    """Flows as people have them: equal ones, without uuid, with `reply` but no `is_reply`, bare."""
    flow: dict[str, Any] = {
        "time": "2021-06-16T16:52:13.136834446Z",
        "verdict": "FORWARDED",
        "source": {"identity": 1, "labels": ["reserved:host"]},
        "destination": {},
        "node_name": "k8s1",
        "Summary": "TCP Flags: ACK",
    }
    answered = flow | {"reply": True}
    enveloped = {"flow": answered, "node_name": "default/k8s1", "time": "2021-06-16T16:52:14Z"}
    rows = [flow, flow, answered, enveloped, enveloped, {"flow": flow | {"is_reply": False}}]
    agent_event = {"type": "AGENT_STARTED", "agent_start": {"time": flow["time"]}}
    rows.append({"agent_event": agent_event, "node_name": "k8s1", "time": flow["time"]})
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def write(path: Path, data: bytes, mode: str = "wb") -> None:
    with path.open(mode) as file:
        file.write(data)


async def read(relay: str, *paths: Path, **options: Any) -> Run:
    return await Run(relay, *(FileSource(path, **options) for path in paths), at_once=False)()


async def test_flows_arrive_as_they_are_and_once(relay: str, path: Path) -> None:
    write(path, odd_lines())
    for _ in range(2):
        assert (await read(relay, path)).status == 0
        found = await stored(relay)
        assert found.total() == 6
        flows = sorted(
            ExportEvent.FromString(each).flow.SerializeToString() for each in found.elements()
        )
        given = [parse(line).flow.SerializeToString() for line in odd_lines().splitlines()[:6]]
        assert flows == sorted(given)


async def test_an_envelope_is_filled_from_the_flow_only_where_it_lacks_something(
    relay: str, path: Path
) -> None:
    write(path, odd_lines())
    await read(relay, path)
    found = [ExportEvent.FromString(each) for each in (await stored(relay)).elements()]
    told = sorted((event.node_name, event.time.seconds % 100) for event in found)
    assert told == [("default/k8s1", 34)] * 2 + [("k8s1", 33)] * 4


async def test_a_given_node_names_bare_flows(relay: str, path: Path) -> None:
    write(path, odd_lines())
    await read(relay, path, node="mine")
    found = [ExportEvent.FromString(each).node_name for each in (await stored(relay)).elements()]
    assert sorted(found) == ["default/k8s1"] * 2 + ["mine"] * 4


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
async def test_packed_files_go_on_where_they_were(relay: str, path: Path, pack: Any) -> None:
    given = events(600)
    write(path, pack(lines(given[:400])))
    await read(relay, path)
    write(path, pack(lines(given)))  # the same file, packed anew
    assert "200 events stored" in (await read(relay, path)).said[-1]
    assert await stored(relay) == multiset(given)


async def test_a_file_that_grew_is_gone_on_with(relay: str, path: Path) -> None:
    given = events(700)
    write(path, lines(given[:500]))
    await read(relay, path)
    write(path, lines(given[500:]), "ab")
    await read(relay, path)
    assert await stored(relay) == multiset(given)


async def test_two_files_with_one_content_are_two(relay: str, path: Path) -> None:
    given = events(10)
    write(path, lines(given))
    other = path.with_name("copy.jsonl")
    shutil.copy(path, other)
    await read(relay, path, other)
    assert await stored(relay) == multiset(given * 2)


async def test_one_file_under_two_names_is_one(relay: str, path: Path) -> None:
    given = events(10)
    write(path, lines(given))
    link = path.with_name("link.jsonl")
    os.symlink(path, link)
    await read(relay, path)
    await read(relay, link)
    assert await stored(relay) == multiset(given)


async def test_again_stores_a_file_once_more(relay: str, path: Path) -> None:
    given = events(10)
    write(path, lines(given))
    await read(relay, path)
    await read(relay, path, run="second")
    assert await stored(relay) == multiset(given * 2)


async def test_bad_lines_are_skipped_counted_and_said(relay: str, path: Path) -> None:
    given = events(2)
    good = lines(given).splitlines()
    rows = [good[0], b"{not json", b"", b'{"flow": {"verdict": []}}', b"x" * 5000, good[1]]
    write(path, b"\n".join(rows))
    done = await read(relay, path, longest_line=4000)
    assert done.status == 0
    (said,) = done.said
    assert "2 events stored, 3 lines skipped, first line 2: not JSON" in said
    assert await stored(relay) == multiset(given)


async def test_unknown_fields_are_left_out_and_said(relay: str, path: Path) -> None:
    write(path, b'{"flow": {"uuid": "1", "mood": "good"}}\n{"flow": {"uuid": "2", "mood": 1}}\n')
    done = await read(relay, path)
    assert done.status == 0
    assert "2 unknown fields left out (Flow.mood)" in done.said[0]


async def test_a_file_without_any_event_is_an_error(relay: str, path: Path) -> None:
    write(path, b"these\nare\nwords\n")
    done = await read(relay, path)
    assert done.status == 1
    assert done.said[0] == f"{path}: no event in it"
    assert "3 lines skipped, first line 1: not JSON" in done.said[1]


async def test_an_empty_file_is_none(relay: str, path: Path) -> None:
    write(path, b"")
    assert (await read(relay, path)).status == 0


async def test_of_a_packed_file_that_is_cut_off_the_start_is_kept(relay: str, path: Path) -> None:
    given = events(3000)
    write(path, gzip.compress(lines(given))[:-30])
    done = await read(relay, path)
    assert done.status == 1
    assert done.said[0] == f"{path}: the compressed file is cut off"
    found = await stored(relay)
    assert found.total() > 1000
    assert found <= multiset(given)


async def test_a_file_that_was_cut_is_read_from_its_start(relay: str, path: Path) -> None:
    given = events(50)
    write(path, lines(given[:40]))
    await read(relay, path)
    write(path, lines(given[40:]))  # truncates: the same inode
    await read(relay, path)
    assert await stored(relay) == multiset(given)


async def test_what_was_rotated_is_finished_first(relay: str, path: Path) -> None:
    given = events(60)
    write(path, lines(given[:20]))
    await read(relay, path)
    write(path, lines(given[20:40]), "ab")
    os.rename(path, path.with_name("flows.jsonl.2"))
    write(path, lines(given[40:50]))
    os.rename(path, path.with_name("flows.jsonl.1"))
    write(path, lines(given[50:]))
    await read(relay, path)
    assert await stored(relay) == multiset(given)


async def test_what_was_rotated_and_packed_is_found_again(relay: str, path: Path) -> None:
    given = events(60)
    write(path, lines(given[:20]))
    await read(relay, path)
    write(path.with_name("flows.jsonl.1.gz"), gzip.compress(lines(given[:40])))
    os.unlink(path)
    write(path, lines(given[40:]))
    await read(relay, path)
    assert await stored(relay) == multiset(given)


async def test_a_new_file_that_begins_like_the_old_one_is_new(relay: str, path: Path) -> None:
    given = events(5)
    write(path, lines(given))
    await read(relay, path)
    kept = path.with_name("kept")
    os.link(path, kept)  # so that the inode is not used again
    os.unlink(path)
    write(path, lines(given))
    await read(relay, path)
    assert await stored(relay) == multiset(given * 2)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_reading_goes_on_from_every_position(path: Path, pack: Any) -> None:
    given = events(700)
    rows = lines(given).splitlines(keepends=True)
    rows.insert(300, b"no event\n" * 40)
    write(path, pack(b"\n".join(rows)))  # with an empty line after each
    read_before: list[bytes] = []
    for chunk in FileSource(path).chunks(b"", 20_000):
        assert len(chunk.events) <= 256
        assert chunk.size <= 20_000
        read_before += chunk.events
        rest = FileSource(path).chunks(chunk.position, 20_000)
        assert read_before + [event for more in rest for event in more.events] == given


def test_line_numbers_go_on_where_reading_does(path: Path) -> None:
    write(path, lines(events(3)) + b"\n")
    *_, last = FileSource(path).chunks(b"", 1 << 20)
    write(path, b"oops\n" + lines(events(1)), "ab")
    source = FileSource(path)
    assert len(list(source.chunks(last.position, 1 << 20))) == 1
    assert source.summary()[0].startswith("1 line skipped, first line 5: ")
