"""Where the mesh lives: free addresses and ports, in copies of its files."""

import socket
from pathlib import Path

import pytest

from observe.mesh import place
from observe.mesh.place import ALS, APP, CONFIG, DNS, SERVICE, TCP, Place


def test_the_place_in_the_files_changes_nothing() -> None:
    for path in CONFIG.rglob("*.*ml"):
        assert Place().text(path.read_text()) == path.read_text()


def test_another_place_changes_addresses_and_ports_and_nothing_else(tmp_path: Path) -> None:
    Place("127.7.8", 100).copy(tmp_path / "config")
    copied = (tmp_path / "config" / "node-1" / "envoy.yaml").read_text()
    assert "address: 127.7.8.101, port_value: 4346" in copied
    assert "127.0.0." not in copied
    back = copied.replace("127.7.8.", "127.0.0.")
    for port in (SERVICE, APP, DNS, ALS):
        back = back.replace(str(port + 100), str(port))
    assert back == (CONFIG / "node-1" / "envoy.yaml").read_text()


def test_every_address_in_the_files_is_looked_at() -> None:
    text = "".join(path.read_text() for path in CONFIG.glob("node-*/*.yaml"))
    for host, port in TCP:
        assert f"address: 127.0.0.{host}, port_value: {port}" in text


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_place_where_somebody_is_is_left_alone(kind: socket.SocketKind) -> None:
    other = Place("127.99.98", 21_000)
    end = other.address(*TCP[0]) if kind == socket.SOCK_STREAM else other.address(10, DNS)
    with socket.socket(socket.AF_INET, kind) as taken:
        assert other.is_free()
        taken.bind(end)
        if kind == socket.SOCK_STREAM:
            taken.listen()
        assert not other.is_free()
    assert other.is_free()
    assert place.find().is_free()
