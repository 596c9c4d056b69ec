from datetime import UTC

import orjson
import pytest

from observe.figures import coverage_line, json, name, percent, rate, span
from proto.aggregate_pb2 import AggregateCoverage
from proto.timestamps import from_ns


@pytest.mark.parametrize(
    ("per_second", "said"),
    [
        (0, "0"),
        (0.0001, "<0.01"),
        (0.25, "0.25"),
        (3.14, "3.1"),
        (99.94, "99.9"),
        (120.4, "120"),
        (12_345.6, "12,346"),
    ],
)
def test_rates(per_second: float, said: str) -> None:
    assert rate(per_second) == said


@pytest.mark.parametrize(
    ("ns", "said"),
    [
        (0, "0ns"),
        (999, "999ns"),
        (1_000, "1.00µs"),
        (850_000, "850µs"),
        (12_400_000, "12.4ms"),
        (999_900_000, "1,000ms"),
        (1_250_000_000, "1.25s"),
        (4_000_000_000_000, "4,000s"),
    ],
)
def test_spans(ns: int, said: str) -> None:
    assert span(ns) == said


def test_shares() -> None:
    assert [percent(share) for share in (0, 0.003, 0.5, 2 / 3, 1)] == [
        "0%",
        "0.3%",
        "50%",
        "67%",
        "100%",
    ]


def test_names_are_made_harmless() -> None:
    assert name("a\x1b[31m\nb\u202e") == "a^[[31m\\nb\\u202e"
    assert name("") == "-"


def test_json_is_harmless_and_means_the_same() -> None:
    found = {"name": "a\x1b\u202eb\x7fé", "list": [1, None]}
    text = json(found)
    assert text.replace("\n", "").isprintable()
    assert orjson.loads(text) == found


def test_the_coverage_says_what_is_missing() -> None:
    coverage = AggregateCoverage(
        flows=1_204,
        since=from_ns(0),
        until=from_ns(60 * 10**9),
        rolled_up=True,
        oldest_flow=from_ns(30 * 10**9),
        folded=7,
        missing="node-1 is\x1bgone",
    )
    assert coverage_line(coverage, UTC).split("; ") == [
        "1,204 flows were counted, from 1970-01-01T00:00:00Z to 1970-01-01T00:01:00Z",
        "by whole minutes, as they came",
        "the oldest that can still be shown is of 1970-01-01T00:00:30Z",
        "7 of them are not told apart",
        "node-1 is^[gone",
    ]


def test_the_coverage_of_nothing_is_short() -> None:
    assert coverage_line(AggregateCoverage(), None) == "0 flows were counted"
    assert coverage_line(AggregateCoverage(flows=1), None) == "1 flow was counted"
