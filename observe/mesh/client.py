"""What a pod of a client does: look a name up, and ask for a path, from an address of its own."""

import socket
import struct
from http.client import HTTPConnection
from typing import NamedTuple

TIMEOUT_SECONDS = 10.0
DOMAIN = "cilium-test.svc.cluster.local"
A, IN = 1, 1
"""Type and class of a query for addresses (RFC 1035, 3.2)."""


class Answer(NamedTuple):
    """A status, and who answered: a pod, or what the proxy says."""

    status: int
    said: str


def ask(source: str, server: tuple[str, int], host: str, path: str) -> Answer:
    """Ask over one connection: `GET path` of `host`, from the address `source`."""
    connection = HTTPConnection(*server, TIMEOUT_SECONDS, source_address=(source, 0))
    try:
        headers = {"Host": host, "User-Agent": "curl/8.5.0", "Accept": "*/*"}
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return Answer(response.status, response.read().decode("utf-8", "replace").strip())
    finally:
        connection.close()


def look_up(source: str, server: tuple[str, int], name: str) -> str:
    """Ask a DNS server for the address of a service; give it. Raise OSError where it has none."""
    labels = f"{name}.{DOMAIN}".encode().split(b".")
    question = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    header = struct.pack(">6H", 1, 0x0100, 1, 0, 0, 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(TIMEOUT_SECONDS)
        asking.bind((source, 0))
        asking.sendto(header + question + struct.pack(">2H", A, IN), server)
        answer = asking.recv(512)
    if not struct.unpack_from(">H", answer, 6)[0]:
        raise OSError(f"the DNS server knows no address of {name}")
    return socket.inet_ntoa(answer[-4:])  # the answer's one record ends with its address
