"""Times as integers and back."""

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from proto.timestamps import EARLIEST_NS, LATEST_NS, from_ns, is_valid, to_ns


@given(st.integers(EARLIEST_NS, LATEST_NS))
def test_every_instant_comes_back(ns: int) -> None:
    time = from_ns(ns)
    assert to_ns(time) == ns
    assert is_valid(time)


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (1_760_373_059_023_000_000, "2025-10-13T16:30:59.023Z"),
        (EARLIEST_NS, "0001-01-01T00:00:00Z"),
        (LATEST_NS, "9999-12-31T23:59:59.999999999Z"),
    ],
)
def test_an_instant_is_what_protobuf_says(ns: int, text: str) -> None:
    assert from_ns(ns).ToJsonString() == text


@pytest.mark.parametrize("ns", [EARLIEST_NS - 1, LATEST_NS + 1])
def test_no_timestamp_beyond_its_years(ns: int) -> None:
    with pytest.raises(ValueError, match=f"{ns} ns"):
        from_ns(ns)


@pytest.mark.parametrize("fields", [{"nanos": -1}, {"nanos": 10**9}, {"seconds": 2**62}])
def test_what_is_no_timestamp(fields: dict[str, int]) -> None:
    assert not is_valid(Timestamp(**fields))
