from collections.abc import Iterator

import grpc
import pytest

from proto.client import Client
from proto.failure import TransportError, explain
from tests.observer_server import ObserverServer


@pytest.fixture(scope="module")
def server() -> Iterator[ObserverServer]:
    with ObserverServer() as server:
        yield server


def told(server: ObserverServer, code: str, details: str) -> str:
    server.refusal = grpc.StatusCode[code], details
    with Client(server.address) as client, pytest.raises(TransportError) as failed:
        client.status()
    return str(failed.value).replace(server.address, "relay:1")


@pytest.mark.parametrize(
    ("code", "details", "words"),
    [
        ("UNAVAILABLE", "last error: strange", "cannot reach relay:1: strange"),
        ("UNAVAILABLE", "", "cannot reach relay:1: no connection"),
        ("DEADLINE_EXCEEDED", "", "relay:1 did not answer in time"),
        ("INVALID_ARGUMENT", "bad CIDR", "relay:1 answered INVALID_ARGUMENT: bad CIDR"),
        ("PERMISSION_DENIED", "", "relay:1 does not allow this"),
        ("DATA_LOSS", "", "relay:1 answered DATA_LOSS"),
    ],
)
def test_an_error_becomes_a_line_that_names_the_server(
    server: ObserverServer, code: str, details: str, words: str
) -> None:
    assert told(server, code, details) == words


def test_what_a_server_says_cannot_break_the_line_or_reach_the_terminal(
    server: ObserverServer,
) -> None:
    said = told(server, "INTERNAL", "two\nlines \x1b[31m")
    assert said == "relay:1 answered INTERNAL: two lines ^[[31m"


def test_an_error_without_a_code_is_told_as_it_is() -> None:
    assert explain(grpc.RpcError("odd")) == "the server answered UNKNOWN: odd"
