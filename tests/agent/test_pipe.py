import gzip
import os

import pytest
import zstandard

from agent.sources.pipe import PipeSource
from agent.sources.source import SourceError
from proto.jsonlines import to_json
from tests.factories import event


def read(data: bytes, into: list[bytes]) -> None:
    """Read the events of a pipe that holds so much, and then ends."""
    reading, writing = os.pipe()
    with open(writing, "wb", buffering=0) as pipe:
        pipe.write(data)
    with open(reading, "rb", buffering=0) as pipe:
        for chunk in PipeSource("-", pipe).chunks(b"", 1 << 20):
            into += chunk.events


EVENTS = [event(uuid=f"{number:032x}") for number in range(500)]
LINES = b"".join(to_json(each) + b"\n" for each in EVENTS)
SERIALIZED = [each.SerializeToString() for each in EVENTS]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_pipe_may_be_packed(pack: type[bytes]) -> None:
    found: list[bytes] = []
    read(pack(LINES), found)
    assert found == SERIALIZED


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_of_a_packed_pipe_that_is_cut_off_the_start_is_kept(pack: type[bytes]) -> None:
    found: list[bytes] = []
    with pytest.raises(SourceError, match=r"^-: the compressed file is cut off$"):
        read(pack(LINES)[:-20], found)
    assert found == SERIALIZED[: len(found)]
    assert found


def test_a_pipe_without_any_event_is_an_error() -> None:
    with pytest.raises(SourceError, match=r"^-: no event in it$"):
        read(b"no\nevent\n", [])
