import csv
import io
import json
import re
from pathlib import Path

import pytest

from proto import flow_pb2
from proto.aggregates.dimensions import DIMENSIONS
from tests.commands import lines_file
from tests.factories import event
from tests.observe.counted import palomar
from tests.observe.test_completion import completed
from tests.observer_server import ObserverServer, response

HOSTILE = "evil\x1b]0;x\x07\nforged/row\u202e"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    answer = {"type": flow_pb2.RESPONSE, "latency_ns": 2_000_000, "http": {"code": 503}}
    events = [
        event(node_name="a"),
        event(node_name="b", l7=answer),
        event(node_name="b", verdict=flow_pb2.DROPPED, drop_reason_desc=133),
    ]
    return lines_file(tmp_path, events)


def test_talkers_are_shown_by_default(path: Path) -> None:
    done = palomar("top", "--input-file", path)
    head, row = done.stdout.splitlines()
    assert head.split() == [
        *("SOURCE.WORKLOAD", "DESTINATION.WORKLOAD", "FLOWS", "FLOWS/S", "DROPS", "ERRORS"),
        *("P50", "P95", "P99"),
    ]
    assert row.split() == [
        *("cilium-test/client2-6dd75b74c6", "cilium-test/echo-same-node", "3", "3.0", "1", "1"),
        *("2.00ms",) * 3,
    ]
    assert done.stderr.startswith("3 flows were counted, from 2025-10-13T16:30:59Z to ")


def test_dimensions_order_and_limit(path: Path) -> None:
    words = ("--by", "node,verdict", "--by", "drop_reason", "--order", "drops", "--limit", 1)
    done = palomar("top", "--input-file", path, *words)
    head, row = done.stdout.splitlines()
    assert head.split()[:3] == ["NODE", "VERDICT", "DROP_REASON"]
    assert row.split()[:3] == ["b", "DROPPED", "POLICY_DENIED"]
    assert "not shown: 2 groups, 2 flows" in done.stderr


def test_filters_and_range_are_those_of_observe(path: Path) -> None:
    verdict = palomar("top", "--input-file", path, "--by", "node", "--verdict", "DROPPED", "-s")
    assert [line.split()[:2] for line in verdict.stdout.splitlines()[1:]] == [["b", "1"]]
    assert verdict.stderr == ""
    none = palomar("top", "--input-file", path, "--since", "2025-10-13T16:31:00Z")
    assert none.stdout.count("\n") == 1
    assert none.stderr == "0 flows were counted\n"
    raw = palomar("top", "--not", "--port", "53", "--print-raw-filters")
    assert "denylist" in raw.stdout


def test_json_holds_all_there_is(path: Path) -> None:
    done = palomar("top", "--input-file", path, "--by", "node", "-o", "json", "--limit", 1)
    found = json.loads(done.stdout)
    [group] = found["groups"]
    assert group["values"] == {"node": "b"}
    assert (group["flows"], group["dropped"], group["errors"], group["responses"]) == (2, 1, 1, 1)
    assert group["latency"]["p99_ns"] == 2_000_000
    assert (found["omitted"], found["rest"]["flows"]) == (1, 1)
    assert found["coverage"]["oldest_flow"] == "2025-10-13T16:30:59.023Z"


def test_csv_is_a_record_a_group(path: Path) -> None:
    done = palomar("top", "--input-file", path, "--by", "node", "-o", "csv")
    first, second = csv.DictReader(io.StringIO(done.stdout))
    assert (first["node"], first["flows"], first["p95_ns"]) == ("b", "2", "2000000")
    assert (second["node"], second["flows"], second["p95_ns"]) == ("a", "1", "")


@pytest.mark.parametrize("output", ["table", "json", "csv"])
def test_names_of_strangers_forge_nothing(tmp_path: Path, output: str) -> None:
    path = lines_file(tmp_path, [event(node_name=HOSTILE)])
    done = palomar("top", "--input-file", path, "--by", "node", "-o", output)
    assert all(line.isprintable() for line in done.stdout.splitlines())
    if output != "json":
        assert len(done.stdout.splitlines()) == 2


def test_a_server_that_does_not_count_is_read() -> None:
    with ObserverServer(response(second, "n") for second in range(3)) as server:
        done = palomar("top", "--server", server.address, "--by", "node")
    assert done.stdout.splitlines()[1].split()[:2] == ["n", "3"]
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--by", "nonsense"), "no dimension is called 'nonsense'; there are verdict,"),
        (("--by", ",".join(["node"] * 9)), "9 dimensions are more than 8"),
        (("--order", "size"), "'size' is not one of 'flows'"),
        (("--limit", "0"), "0 is not in the range"),
        (("--since", "soon"), "--since: 'soon'"),
        (("--source-ip", "x"), "No such option"),
        (("--ip", "x"), "source_ip"),
        (("--time-zone", "Mars"), "'Mars' is no time zone"),
    ],
)
def test_bad_input_is_one_line_and_status_2(path: Path, words: tuple[str, ...], told: str) -> None:
    done = palomar("top", "--input-file", path, *words)
    assert done.exit_code == 2
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert told in line


def test_what_cannot_be_read_is_one_line_and_status_1(tmp_path: Path) -> None:
    for words in (("--input-file", tmp_path / "none"), ("--server", "localhost:1")):
        done = palomar("top", *words)
        assert (done.exit_code, done.stderr.count("\n")) == (1, 1)


def test_the_help_names_every_dimension() -> None:
    said = set(re.findall(r"\w+", palomar("top", "--help").stdout))
    assert {part for name in DIMENSIONS for part in name.split(".")} <= said


def test_dimensions_are_offered() -> None:
    assert completed("palomar top --by dns") == ["dns_query", "dns_rcode"]
    assert completed("palomar top --by node,http_m") == ["node,http_method"]
    assert completed("palomar top --by ") == list(DIMENSIONS)
