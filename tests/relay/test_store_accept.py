"""An event is stored exactly when the real message parses it, and indexed as that message says,
whatever the bytes are."""

from collections.abc import Iterator, Sequence

import pytest
from google.protobuf.message import DecodeError, Message
from hypothesis import given
from hypothesis import strategies as st

from proto.flow_pb2 import Endpoint, Service
from proto.observer_pb2 import ExportEvent
from proto.selection import event_ns
from relay.ingest import extract as reading
from relay.ingest.accept import STORED_KINDS, Accepted, accept, as_request
from relay.ingest.extract import extract
from relay.ingest.single import clamp
from relay.rings.columns import INDEXED, NO_TIME, Column, named
from relay.rings.dimensions import Dimensions
from tests.columns import LATEST_NS
from tests.factories import NOON_NS, event, events, lost
from tests.said import columns_said


@pytest.fixture(scope="module", autouse=True, params=[-1, 10**9], ids=["at once", "one by one"])
def few(request: pytest.FixtureRequest) -> Iterator[None]:
    """Have events read at once, as thousands are, and one by one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "FEW", request.param)
        yield


def readable(data: bytes) -> bool:
    """Say whether the real message parses the bytes, and is of a kind that is stored."""
    try:
        return ExportEvent.FromString(data).WhichOneof("response_types") in STORED_KINDS
    except DecodeError:
        return False


def damaged() -> st.SearchStrategy[bytes]:
    """Draw events with a few bytes replaced, cut out or put in."""

    def damage(data: bytes, place: int, cut: int, put: bytes) -> bytes:
        place %= len(data) + 1
        return data[:place] + put + data[place + cut :]

    whole = events().map(ExportEvent.SerializeToString)
    return st.builds(damage, whole, st.integers(0, 500), st.integers(0, 3), st.binary(max_size=3))


def joined() -> st.SearchStrategy[bytes]:
    """Draw two events as one: their parts occur twice, and merge."""
    whole = events().map(ExportEvent.SerializeToString)
    return st.builds(bytes.__add__, whole, whole)


def judged(data: Sequence[bytes]) -> Accepted:
    return accept(list(data), as_request(data))


@given(st.lists(damaged() | joined() | st.binary(max_size=20), max_size=8))
def test_accepted_is_what_the_real_message_parses(data: list[bytes]) -> None:
    kept, refused = judged(data)
    assert kept == [each for each in data if readable(each)]
    assert refused == len(data) - len(kept)


class Values(Dimensions):
    """Dictionaries, and what their ids stand for: parts written in two ways are one."""

    def value(self, column: Column, number: int) -> int | bytes:
        """Give what a column says, with the value in place of an id."""
        if not column.dimension:
            return number
        value = dict(self[column.dimension].since(1)).get(number, b"")
        kinds: dict[str, type[Message]] = {"endpoint": Endpoint, "service": Service}
        kind = kinds.get(column.dimension)
        return kind.FromString(value).SerializeToString(deterministic=True) if kind else value


def agree(data: Sequence[bytes]) -> None:
    """Hold the columns of events against what their messages say."""
    dimensions = Values()
    kept = judged(data).events
    found = named(extract(kept, dimensions).table(1, NOON_NS, LATEST_NS))
    for place, each in enumerate(kept):
        told = ExportEvent.FromString(each)
        wanted = columns_said(told, dimensions)
        for column in INDEXED:
            said = dimensions.value(column, int(found[column.name][place]))
            assert said == dimensions.value(column, wanted[column.name]), column.name
        own = event_ns(told)
        time = NO_TIME if own is None else clamp(own)
        order = NOON_NS if own is None or time > LATEST_NS else time
        assert int(found["order_ns"][place]) == order
        assert int(found["skew_ns"][place]) == (NO_TIME if own is None else time - order)


@given(st.lists(events().map(ExportEvent.SerializeToString), max_size=8))
def test_columns_are_what_the_message_says(data: list[bytes]) -> None:
    agree(data)


@given(st.lists(joined() | damaged(), max_size=6))
def test_columns_of_damaged_events_are_what_the_message_says(data: list[bytes]) -> None:
    agree(data)


VARINTS = st.sampled_from([0, 1, 127, 128, 1 << 20, 1 << 31, 1 << 34, 1 << 62, (1 << 64) - 1])


def varint(number: int, padding: int = 0) -> bytes:
    """Write a number, in more bytes than it needs if so asked."""
    digits = [number >> shift & 0x7F for shift in range(0, max(number.bit_length(), 1), 7)]
    digits += [0] * min(padding, 10 - len(digits))
    return bytes([*(digit | 0x80 for digit in digits[:-1]), digits[-1]])


def field(number: int, content: bytes, padding: int = 0) -> bytes:
    """Write a field that is sent with its length."""
    return varint(number << 3 | 2) + varint(len(content), padding) + content


@given(st.lists(st.tuples(st.sampled_from([2, 22, 25, 3, 999_999]), VARINTS), max_size=4), VARINTS)
def test_numbers_of_every_length(numbers: list[tuple[int, int]], latency: int) -> None:
    content = b"".join(varint(number << 3) + varint(value) for number, value in numbers)
    layer7 = field(15, varint(1 << 3) + varint(1) + varint(2 << 3) + varint(latency))
    agree([field(1, content + layer7), event().SerializeToString()])


@pytest.mark.parametrize(
    "content",
    [
        field(8, b"\x0a\x00", padding=3),
        bytes([2 << 3 | 5]) + b"1234" + varint(2 << 3) + b"\x02",
        bytes([2 << 3 | 1]) + b"12345678" + varint(2 << 3) + b"\x02",
        varint(500 << 3 | 3) + varint(2 << 3) + b"\x01" + varint(500 << 3 | 4) + field(11, b"n"),
        varint(2 << 3, padding=4) + b"\x02" + field(11, b"node"),
        field(2, b"\x02") + field(11, b"node"),
        varint(2 << 3) + varint((1 << 32) - 1) + field(8, b"\x28\x07") + field(8, b"\x10\x08"),
        field(6, field(1, b"\x08\x50") + field(2, b"\x08\x35")),
        field(6, field(1, b"\x08\x50") + field(1, b"\x10\x51")),
        field(13, b"a") + field(13, b"b") + field(14, b""),
        field(21004, field(1, b"deny")) + field(21005, field(1, b"all") + field(2, b"shop")),
        field(1, varint(1 << 3) + varint((1 << 64) - 5)),
        field(26, b"") + field(19, b""),
    ],
)
def test_unusual_ways_to_write_a_flow(content: bytes) -> None:
    agree([field(1, content), event().SerializeToString(), field(1, content) + field(1, content)])


def test_a_few_events_are_read_as_many_are(monkeypatch: pytest.MonkeyPatch) -> None:
    some = [event().SerializeToString(), lost().SerializeToString(), event().SerializeToString()]
    dimensions = Dimensions()
    many = extract(some, dimensions)
    monkeypatch.setattr(reading, "FEW", 3)
    few = extract(some, dimensions)
    assert all((one == other).all() for one, other in zip(many, few, strict=True))
    assert extract([], dimensions).columns.shape == (len(INDEXED), 0)


def test_one_that_is_refused_takes_no_other_along() -> None:
    good = [event().SerializeToString(), lost().SerializeToString()]
    assert judged([good[0], b"\x0a\x01", good[1]]).events == good
