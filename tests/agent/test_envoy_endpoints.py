"""The endpoints file: what it says, what it refuses, and that it is read again."""

import tomllib
from pathlib import Path

import pytest

from agent.sources.envoy.directory import LOOK_SECONDS, Directory
from agent.sources.envoy.endpoints import LARGEST, EndpointsError, parse, read
from agent.sources.envoy.entries import Teller
from agent.sources.envoy.text import Address
from observe.mesh.place import CONFIG
from tests.agent.accesslogs import http, told

ONE = """
[[endpoint]]
address = ["10.0.1.7", "FD00::7"]
namespace = "shop"
pod = "cart-1"
workload = "Deployment/cart"
service = "cart"
labels = ["k8s:b=2", "k8s:a=1"]
identity = 10201
cluster = "east"
node = "node-1"
names = ["cart.example"]

[[endpoint]]
address = "10.0.1.7"
port = 9000
pod = "metrics"

[proxies]
"sidecar-17" = "node-1"
"""


def test_every_key_is_taken() -> None:
    endpoints = parse(tomllib.loads(ONE))
    for ip in ("10.0.1.7", "fd00::7"):
        known = endpoints.find(Address(ip, 8080, 4))
        end = known.endpoint
        assert (end.namespace, end.pod_name, end.identity) == ("shop", "cart-1", 10201)
        assert (end.cluster_name, list(end.labels)) == ("east", ["k8s:a=1", "k8s:b=2"])
        assert (end.workloads[0].kind, end.workloads[0].name) == ("Deployment", "cart")
        assert known.service
        assert (known.service.name, known.service.namespace) == ("cart", "shop")
        assert (known.node, known.names) == ("node-1", ("cart.example",))
    assert endpoints.find(Address("10.0.1.7", 9000, 4)).endpoint.pod_name == "metrics"
    assert endpoints.find(Address("10.0.1.8", 1, 4)).endpoint.pod_name == ""
    assert endpoints.find(None).node == ""


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("endpoint = 3", "endpoint: expected tables that begin with [[endpoint]]"),
        ("[[endpoint]]\npod = 'a'", "endpoint 1: address None is no IP address"),
        ("[[endpoint]]\naddress = 'here'", "endpoint 1: address 'here' is no IP address"),
        ("[[endpoint]]\naddress = '::1'\nport = 70000", "port 70000: expected a number from 0 to"),
        ("[[endpoint]]\naddress = '::1'\nport = true", "endpoint 1: port True: expected a number"),
        ("[[endpoint]]\naddress = '::1'\nlabels = [1]", "labels [1]: expected a list of text"),
        ("[[endpoint]]\naddress = '::1'\npdo = 'x'", "endpoint 1: 'pdo' is no key of it"),
        ("[[endpoint]]\naddress = ['::1', '0::1']", "endpoint 1: address '::1' stands there twice"),
        ("[proxies]\na = 1", "proxies: expected names of nodes by the ids of Envoys"),
        ("[[endpoint", "Expected"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, content: str, expected: str) -> None:
    path = tmp_path / "endpoints.toml"
    path.write_text(content)
    with pytest.raises(EndpointsError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_or_is_huge_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EndpointsError, match="No such file"):
        read(tmp_path / "none.toml")
    path = tmp_path / "huge.toml"
    path.write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(EndpointsError, match="larger than"):
        read(path)
    path.write_bytes(b"\xff")
    with pytest.raises(EndpointsError, match="utf-8"):
        read(path)


def test_a_changed_file_is_read_again_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    path, said, now = tmp_path / "endpoints.toml", [""], [0.0]
    path.write_text(ONE)
    directory = Directory(path, said.append, lambda: now[0])

    def pod() -> str:
        directory.refresh()
        return directory.endpoints.find(Address("10.0.1.7", 1, 4)).endpoint.pod_name

    path.write_text(ONE.replace("cart-1", "cart-2"))
    assert pod() == "cart-1"  # it has just looked
    for content, expected in (
        (ONE.replace("cart-1", "cart-22"), "cart-22"),
        ("[[endpoint", "cart-22"),
        (ONE.replace("cart-1", "cart-333"), "cart-333"),
    ):
        path.write_text(content)
        now[0] += LOOK_SECONDS
        assert pod() == expected
    path.unlink()
    now[0] += LOOK_SECONDS
    assert pod() == "cart-333"
    assert [line.rpartition("; ")[2].rpartition(": ")[2] for line in said[1:]] == [
        "read again, 3 addresses",
        "what was read before stays",
        "read again, 3 addresses",
        "what was read before stays",
    ]


def test_an_envoy_has_the_node_that_the_file_gives_it(tmp_path: Path) -> None:
    path = tmp_path / "endpoints.toml"
    path.write_text("[proxies]\nsidecar = 'node-7'\n")
    by = Teller(Directory(path))
    assert {flow.node_name for flow in told(by, http(), proxy=b"sidecar")} == {"node-7"}


def test_the_file_of_the_mesh_is_good() -> None:
    endpoints = read(CONFIG / "endpoints.toml")
    client2 = endpoints.find(Address("127.0.0.3", 1, 4))
    assert client2.endpoint.pod_name == "client2-6dd75b74c6-68h7d"
    assert "k8s:other=client" in client2.endpoint.labels
