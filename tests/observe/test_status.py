import json
import socket
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from google.protobuf.wrappers_pb2 import UInt32Value

from observe.status import age, main
from proto.observer_pb2 import ServerStatusResponse
from tests.observer_server import ObserverServer

SECOND = 1_000_000_000


@pytest.fixture
def server() -> Iterator[ObserverServer]:
    with ObserverServer() as server:
        server.status = ServerStatusResponse(
            num_flows=4095,
            max_flows=8190,
            seen_flows=20_000,
            uptime_ns=3661 * SECOND,
            num_connected_nodes=UInt32Value(value=1),
            num_unavailable_nodes=UInt32Value(value=1),
            unavailable_nodes=["bad\x1bname"],
            version="v1.19.4",
            flows_rate=22.186,
        )
        yield server


def status(address: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["--server", address, *options])


def test_a_server_that_answers_is_described(server: ObserverServer) -> None:
    result = status(server.address)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"Healthcheck (via {server.address}): Ok",
        "Current/Max Flows: 4,095/8,190 (50.00%)",
        "Flows/s: 22.19",
        "Connected Nodes: 1/2",
        "Unavailable Nodes: 1",
        "  - bad^[name",
    ]


def test_what_an_older_server_does_not_tell_is_left_out(server: ObserverServer) -> None:
    server.status = ServerStatusResponse(num_flows=3)
    assert status(server.address).stdout.splitlines()[1:] == [
        "Current/Max Flows: 3/0",
        "Flows/s: 0.00",
    ]


@pytest.mark.parametrize("output", ["json", "jsonpb"])
def test_json_is_the_message(server: ObserverServer, output: str) -> None:
    found = json.loads(status(server.address, "-o", output).stdout)
    assert found["num_flows"] == "4095"
    assert found["unavailable_nodes"] == ["bad\x1bname"]
    assert found["flows_rate"] == 22.186


def test_dict_has_a_fact_a_line(server: ObserverServer) -> None:
    lines = status(server.address, "-o", "dict").stdout.splitlines()
    assert "            NUM FLOWS: 4095" in lines
    assert "               UPTIME: 1h1m" in lines
    assert "    UNAVAILABLE NODES: bad^[name" in lines


def test_a_table_has_a_row(server: ObserverServer) -> None:
    header, row = status(server.address, "-o", "table").stdout.splitlines()
    assert header.startswith("NUM FLOWS   MAX FLOWS")
    assert row.startswith("4095        8190")


def test_a_server_that_is_not_serving_is_a_failure_and_is_not_asked_further(
    server: ObserverServer,
) -> None:
    server.health.enter_graceful_shutdown()
    result = status(server.address)
    assert result.exit_code == 1
    assert result.stdout == f"Healthcheck (via {server.address}): Not serving\n"
    assert result.stderr == f"Error: {server.address} says NOT_SERVING of its health\n"
    assert server.requests == []


def test_a_server_that_cannot_be_reached_is_a_failure() -> None:
    with socket.socket() as unused:
        unused.bind(("localhost", 0))
        result = status(f"localhost:{unused.getsockname()[1]}")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: cannot reach localhost:")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [("-o", "blue"), ("--server", "a:b"), ("--tls-server-name",), ("--basic-auth-username", "me")],
)
def test_nonsense_is_a_usage_error(options: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, options)
    assert result.exit_code == 2
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59, "59s"), (60, "1m"), (200, "3m20s"), (7200, "2h"), (187_000, "2d3h")],
)
def test_a_span_is_told_in_its_two_largest_units(seconds: int, text: str) -> None:
    assert age(seconds * SECOND) == text
