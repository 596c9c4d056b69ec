import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from observe.map import cli, model
from proto import flow_pb2
from proto.observer_pb2 import ExportEvent
from tests.commands import lines_file
from tests.factories import event
from tests.observe.counted import palomar

HOSTILE = 'x"];\nn9 -> n0 [label="<b>&\\]}}#quot;--> end\x1b\u202e`|'


def end(name: str) -> dict[str, str]:
    return {"namespace": "shop", "pod_name": name}


def request(pod: str) -> ExportEvent:
    l7 = {"type": flow_pb2.REQUEST, "http": {"url": "http://echo:8080/"}}
    return event(source=end("web"), destination=end(pod), l7=l7)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    dropped = event(source=end("web"), destination=end("db"), verdict=flow_pb2.DROPPED)
    return lines_file(tmp_path, [request("echo-1"), request("echo-2"), dropped])


def mapped(path: Path, *words: object) -> str:
    done = palomar("map", "--input-file", path, "--by", "workload", *words)
    assert done.exit_code == 0
    return done.stdout


def test_levels_are_those_of_the_model() -> None:
    assert cli.LEVELS == model.LEVELS


def test_the_table_has_edges_and_below_them_who_served_what(path: Path) -> None:
    edges, shares = mapped(path).split("\n\n")
    assert [line.split()[:2] for line in edges.splitlines()] == [
        ["CLIENT", "SERVER"],
        ["shop/web", "shop/db"],
        ["shop/web", "shop/echo-1"],
        ["shop/web", "shop/echo-2"],
    ]
    assert [line.split() for line in shares.splitlines()[1:]] == [
        ["echo:8080", "shop/echo-1", "1", "50%"],
        ["echo:8080", "shop/echo-2", "1", "50%"],
    ]


def test_a_map_of_namespaces(path: Path) -> None:
    done = palomar("map", "--input-file", path, "--by", "namespace")
    assert done.stdout.splitlines()[1].split()[:3] == ["shop", "shop", "3"]


def test_edges_that_are_not_shown_are_told(path: Path) -> None:
    done = palomar("map", "--input-file", path, "--by", "workload", "--limit", 2)
    assert "not shown: 1 edges, 1 flows" in done.stderr


def test_json_holds_all_there_is(path: Path) -> None:
    found = json.loads(mapped(path, "-o", "json"))
    assert {node["name"] for node in found["nodes"]} == {
        "shop/web",
        "shop/db",
        "shop/echo-1",
        "shop/echo-2",
    }
    db = next(edge for edge in found["edges"] if edge["server"] == "shop/db")
    assert (db["client"], db["flows"], db["dropped"]) == ("shop/web", 1, 1)
    [balance] = [each for each in found["balances"] if each["asked_by"] == "http_host"]
    assert [each["share"] for each in balance["backends"]] == [0.5, 0.5]


def test_dot_draws_edges_and_shares(path: Path) -> None:
    text = mapped(path, "-o", "dot")
    assert text.startswith("digraph flows {\n")
    assert '[label="1.0 flows/s, 1 dropped", color="#c0392b", fontcolor="#c0392b"];' in text
    assert '[label="echo:8080", shape=hexagon];' in text
    assert text.count('[label="50% of 2", style=dashed];') == 2


def test_mermaid_draws_edges_and_shares(path: Path) -> None:
    lines = mapped(path, "-o", "mermaid").splitlines()
    assert lines[0] == "flowchart LR"
    assert '  n4{{"echo:8080"}}' in lines
    assert '  n0 -->|"1.0 flows/s, 1 dropped"| n1' in lines
    assert '  n4 -.->|"50% of 2"| n2' in lines
    assert lines[-1] == "  linkStyle 0 stroke:#c0392b,color:#c0392b"


DOT = r'  (rankdir=LR;|\w+ (-> \w+ )?\[\w+=("([^"\\]|\\.)*"|\w+)(, \w+=("[^"\\]*"|\d+|\w+))*\];)'
MERMAID = r'  \w+(\["[^"]*"\]|\{\{"[^"]*"\}\}| -\.?->\|"[^"]*"\| \w+)'


def lines_that_are(pattern: str, lines: Iterable[str]) -> list[bool]:
    return [re.fullmatch(pattern, line) is not None for line in lines]


def test_names_of_strangers_are_no_syntax(tmp_path: Path) -> None:
    hostile: dict[str, Any] = {"namespace": HOSTILE, "pod_name": HOSTILE}
    path = lines_file(tmp_path, [event(source=hostile, destination=end("b"))])
    dot = mapped(path, "-o", "dot").splitlines()[1:-1]
    assert all(lines_that_are(DOT, dot))
    assert len(dot) == 6
    assert '\\"];' in "".join(dot)
    mermaid = mapped(path, "-o", "mermaid").splitlines()[1:]
    assert all(lines_that_are(MERMAID, mermaid))
    assert len(mermaid) == 3
    assert not set("<>`&\\|") & set(mermaid[0])
    table = mapped(path).splitlines()
    assert len(table) == 2
    assert all(line.isprintable() for line in [*dot, *mermaid, *table])


def test_an_empty_map_is_still_a_map(tmp_path: Path) -> None:
    path = lines_file(tmp_path, [])
    assert mapped(path, "-o", "dot").endswith("\n}\n")
    assert mapped(path, "-o", "mermaid") == "flowchart LR\n"
    assert json.loads(mapped(path, "-o", "json"))["edges"] == []


def test_bad_input_is_one_line_and_status_2(path: Path) -> None:
    for words in (("--by", "pod"), ("--limit", "1001"), ("-o", "svg")):
        done = palomar("map", "--input-file", path, *words)
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
