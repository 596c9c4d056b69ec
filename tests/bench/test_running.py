"""Benchmarks run, each small: what they print is not looked at, but that all of it is there."""

import time
from itertools import islice
from pathlib import Path

import pytest

from bench import crowd, filtering, follow, ingest, query, read, restart
from bench.figure import Figure
from bench.flows import BATCH, events, flows_in
from bench.pace import Pace
from bench.report import Options, Run, measure
from bench.server import running
from proto.filters import FIELDS

SIZE = 0.003


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the place of a database that the first benchmark fills."""
    return tmp_path_factory.mktemp("bench") / "palomar.db"


def values(run: Run, options: Options) -> dict[str, float]:
    """Run a benchmark; give its figures by name."""
    result = measure("test", run, options)
    assert {used["name"] for used in result["processes"]} >= {"benchmark"}
    return {figure.name: figure.value for figure in map(Figure.from_dict, result["figures"])}


@pytest.mark.parametrize("run", [ingest.run, query.run, read.run, restart.run])
def test_benchmarks_on_full_rings(data: Path, run: Run) -> None:
    found = values(run, Options(data=data, size=SIZE, events=2 * BATCH, repeat=1, agents=2))
    assert len(found) >= 4
    assert all(value > 0 or "CPU" in name for name, value in found.items()), found


def test_all_flows_reach_all_followers(data: Path) -> None:
    given = Options(data=data, size=SIZE, seconds=0.3, rate=1_000, followers=5)
    found = values(follow.run, given) | values(crowd.run, given)
    delivered = {name: value for name, value in found.items() if name.endswith("delivered")}
    assert delivered == {
        "Reader: delivered": 100,
        "GetFlows: delivered": 100,
        "5 by Reader: delivered": 100,
    }


def test_each_field_of_a_filter_is_measured() -> None:
    found = values(filtering.run, Options(events=100, repeat=1))
    assert list(found) == [field.name for field in FIELDS]


def test_flows_are_counted_as_they_are_made() -> None:
    made = list(islice(events(1, 0), 1_000))
    assert flows_in(1_000) == sum(event[0] == 0x0A for event in made)


def test_a_pace_knows_when_it_sent_a_flow() -> None:
    pace = Pace(1_000, 0.05, 1)
    before = time.time_ns()
    assert len(list(pace)) == 5
    assert before <= pace.sent_ns(pace.start_ns) <= pace.sent_ns(pace.start_ns + 49_000_000)
    assert pace.sent_ns(pace.start_ns - 1) == pace.sent_ns(pace.start_ns + 10**9) == 0


def test_a_relay_that_cannot_start_says_why(tmp_path: Path) -> None:
    path = tmp_path / "palomar.db"
    path.write_text("no database")
    with pytest.raises(SystemExit, match=r"palomar\.db"), running(path):
        pass
