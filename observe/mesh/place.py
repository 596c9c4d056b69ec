"""Where the mesh lives: a network of loopback addresses of its own, and free ports.

The files in config/ say 127.0.0.x and ports as a person would; what another program has taken is
replaced in a copy of them.
"""

import random
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CONFIG = Path(__file__).parent / "config"
"""Configurations of the Envoys of both nodes, and the endpoints file."""

SERVICE, APP, DNS, ALS = 8080, 8081, 8053, 4246
"""Ports of services and pods, of the programs in the pods, of DNS, and of the agents."""

TCP = tuple(
    [(host, SERVICE) for host in (11, 12, 21, 22)]
    + [(host, APP) for host in (21, 22)]
    + [(host, ALS) for host in (101, 102)]
)
"""Last part of each address, and port, that the mesh listens on by TCP."""

NAME_SERVER = 10
NETWORKS, SHIFTS = 50, 50
"""How many other networks, and other ports, are tried."""


class Place(NamedTuple):
    """A network, as the first three parts of its addresses, and what is added to each port."""

    network: str = "127.0.0"
    shift: int = 0

    def address(self, host: int, port: int) -> tuple[str, int]:
        """Give an address of config/ as it is here."""
        return f"{self.network}.{host}", port + self.shift

    def text(self, text: str) -> str:
        """Replace the addresses and ports in a file of config/ by those here."""
        text = re.sub(r"\b127\.0\.0\.(?=\d)", f"{self.network}.", text)
        ports = rf"\b({SERVICE}|{APP}|{DNS}|{ALS})\b"
        return re.sub(ports, lambda found: str(int(found[1]) + self.shift), text)

    def copy(self, folder: Path) -> None:
        """Write the files of config/ to `folder`, with the addresses and ports of here."""
        shutil.copytree(CONFIG, folder)
        for path in folder.rglob("*.*ml"):
            path.write_text(self.text(path.read_text()))

    def is_free(self) -> bool:
        """Tell whether nobody listens on any of its addresses."""
        taken = [(socket.SOCK_STREAM, *self.address(*end)) for end in TCP]
        taken.append((socket.SOCK_DGRAM, *self.address(NAME_SERVER, DNS)))
        return all(_free(kind, host, port) for kind, host, port in taken)


def find() -> Place:
    """Find a free place: the one in the files, if it is. Raise OSError if there is none."""
    for place in _candidates():
        if place.is_free():
            return place
    raise OSError("no free loopback addresses for the mesh; it needs 127.0.0.0/8, as on Linux")


def _candidates() -> Iterator[Place]:
    yield Place()
    for _ in range(NETWORKS):
        yield Place(f"127.{random.randrange(1, 255)}.{random.randrange(1, 255)}")
    for _ in range(SHIFTS):
        yield Place(f"127.{random.randrange(1, 255)}.{random.randrange(1, 255)}", _shift())


def _shift() -> int:
    return random.randrange(1_000, 20_000)


def _free(kind: socket.SocketKind, host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
