import pytest

from proto.server import Server
from proto.target import Target


@pytest.mark.parametrize(
    ("metadata", "version"),
    [
        ([("hubble-server-version", "v1.19.4")], "v1.19.4"),
        ([("hubble-relay-version", "v1.19.0")], "v1.19.0"),
        ([("hubble-relay-version", "1"), ("hubble-server-version", "v1.19.1")], "v1.19.1"),
        ([("other-bin", b"\xff")], ""),
        ([], ""),
        (None, ""),
    ],
)
def test_the_version_is_heard(metadata: list[tuple[str, str | bytes]] | None, version: str) -> None:
    said: list[str] = []
    server = Server(Target(), said.append)
    server.heard(metadata)
    assert server.reached
    assert server.version == version
    assert said == []


def test_an_older_server_is_warned_of_once() -> None:
    said: list[str] = []
    server = Server(Target(), said.append)
    for _ in range(2):
        server.heard([("hubble-server-version", "v1.9.1")])
    (line,) = said
    assert "localhost:4245 speaks version v1.9.1 of the Hubble API, older than 1.19.4" in line
