import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from observe.listing import main
from proto.observer_pb2 import TLS, Namespace, Node
from proto.relay_pb2 import NODE_CONNECTED, NODE_UNAVAILABLE
from tests.observer_server import ObserverServer


@pytest.fixture
def server() -> Iterator[ObserverServer]:
    with ObserverServer() as server:
        server.nodes = [
            Node(
                name="node-1",
                version="v1.19.4",
                address="10.0.0.1:4244",
                state=NODE_CONNECTED,
                tls=TLS(enabled=True, server_name="node-1"),
                uptime_ns=100_000_000_000,
                num_flows=4095,
                max_flows=8190,
                seen_flows=5000,
            ),
            Node(name="bad\x1bname", state=NODE_UNAVAILABLE),
        ]
        server.namespaces = [
            Namespace(namespace="shop", cluster="east"),
            Namespace(namespace="two\nlines"),
        ]
        yield server


def listed(server: ObserverServer, what: str, *options: str) -> str:
    result = CliRunner().invoke(main, [what, "--server", server.address, *options])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_nodes_are_listed(server: ObserverServer) -> None:
    assert listed(server, "nodes").splitlines() == [
        "NAME        STATUS        AGE     FLOWS/S   CURRENT/MAX-FLOWS",
        "node-1      Connected     1m40s   50.00     4095/8190 (50.00%)",
        "bad^[name   Unavailable   N/A     N/A       0/0",
    ]


def test_a_wide_list_has_all_of_a_node(server: ObserverServer) -> None:
    header, row, _ = listed(server, "nodes", "-o", "wide").splitlines()
    assert header.split()[-3:] == ["VERSION", "ADDRESS", "TLS"]
    assert row.split()[-3:] == ["v1.19.4", "10.0.0.1:4244", "Enabled"]


def test_namespaces_are_listed(server: ObserverServer) -> None:
    assert listed(server, "namespaces").splitlines() == [
        "NAMESPACE    CLUSTER",
        "shop         east",
        "two\\nlines",
    ]


def test_json_is_a_list_of_messages(server: ObserverServer) -> None:
    nodes = json.loads(listed(server, "nodes", "-o", "json"))
    assert [node["name"] for node in nodes] == ["node-1", "bad\x1bname"]
    assert nodes[0]["state"] == "NODE_CONNECTED"
    found = json.loads(listed(server, "namespaces", "-o", "json"))
    assert found == [{"cluster": "east", "namespace": "shop"}, {"namespace": "two\nlines"}]


def test_an_empty_list_is_a_header_or_an_empty_array(server: ObserverServer) -> None:
    server.nodes = []
    assert listed(server, "nodes").split()[0] == "NAME"
    assert json.loads(listed(server, "nodes", "-o", "json")) == []


def test_a_server_that_cannot_be_reached_is_a_failure(server: ObserverServer) -> None:
    server.stop()
    result = CliRunner().invoke(main, ["namespaces", "--server", server.address])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: cannot reach {server.address}")
    assert result.stderr.count("\n") == 1


def test_namespaces_are_never_wide(server: ObserverServer) -> None:
    result = CliRunner().invoke(main, ["namespaces", "-o", "wide"])
    assert result.exit_code == 2
