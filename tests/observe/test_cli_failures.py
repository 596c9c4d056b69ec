from pathlib import Path

import grpc
import pytest

from tests.commands import lines_file, observe
from tests.factories import event
from tests.hard_events import NODES
from tests.observer_server import ObserverServer


def test_an_error_of_a_node_is_a_failure(tmp_path: Path) -> None:
    path = lines_file(tmp_path, [event(), *NODES])
    result = observe("--input-file", path)
    assert result.exit_code == 1
    assert "nodes are unavailable" in result.stderr
    assert "Receiving flows" not in result.stderr
    assert "Receiving flows" in observe("--input-file", path, "--debug").stderr
    assert observe("--input-file", path, "-s").stderr == ""


def test_a_server_without_what_matches_says_what_it_has() -> None:
    with ObserverServer() as server:
        server.status.num_flows = 1234
        server.status.unavailable_nodes.append("node-9")
        result = observe("--server", server.address)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        "nothing matched; the server holds 1,234 flows; missing nodes: node-9\n"
    )


def test_a_server_that_refuses_is_a_failure() -> None:
    with ObserverServer() as server:
        server.refusal = (grpc.StatusCode.INVALID_ARGUMENT, "no\nsuch \x1b[31mfilter")
        result = observe("--server", server.address)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr


def test_a_server_that_is_not_there_is_a_failure() -> None:
    result = observe("--server", "localhost:1")
    assert result.exit_code == 1
    assert "connection refused" in result.stderr


@pytest.mark.parametrize("address", ["", "a b", "unix:", "host:99999"])
def test_an_address_that_is_none_is_nonsense(address: str) -> None:
    assert observe("--server", address).exit_code == 2


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--ip-version", "v5", "'v5' is not v4, v6 or none"),
        ("--time-format", "zzz", "'zzz' is not one of 'stampmilli', 'yearmonthday'"),
    ],
)
def test_a_word_that_is_not_known_is_nonsense(option: str, value: str, why: str) -> None:
    result = observe(option, value, "--input-file", "/dev/null")
    assert (result.exit_code, result.stdout) == (2, "")
    assert option in result.stderr
    assert why in result.stderr
    assert result.stderr.count("\n") == 1
