import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from observe.completion import main, script
from proto.flow_pb2 import Endpoint
from proto.observer_pb2 import Namespace, Node
from tests.observer_server import ObserverServer, response


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObserverServer]:
    cart = Endpoint(namespace="shop", pod_name="cart-0")
    web = Endpoint(namespace="web", pod_name="front-1")
    odd = Endpoint(namespace="web", pod_name="bad\x1bname")
    flows = [response(1, source=cart, destination=web), response(2, source=odd, destination=cart)]
    with ObserverServer(flows) as server:
        server.nodes = [Node(name="node-2"), Node(name="node-1")]
        server.namespaces = [Namespace(namespace="web"), Namespace(namespace="shop")]
        monkeypatch.setenv("PALOMAR_SERVER", server.address)
        yield server


def completed(line: str, program: str = "palomar") -> list[str]:
    """Ask as bash does for what may stand at the end of a line."""
    words = line.split(" ")
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    run = (
        "from palomar import main; main()"
        if program == "palomar"
        else "from observe.cli import main; main(prog_name='observe')"
    )
    done = subprocess.run(
        [sys.executable, "-c", run],
        env=os.environ | asked | {f"_{program.upper()}_COMPLETE": "bash_complete"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return [text.removeprefix("plain,") for text in done.stdout.split()]


def test_commands_are_offered() -> None:
    assert completed("palomar st") == ["status"]


def test_what_the_server_holds_is_offered(server: ObserverServer) -> None:
    assert completed("palomar observe --pod ") == ["shop/cart-0", "web/front-1"]
    assert completed("palomar observe --from-pod web") == ["web/front-1"]
    assert completed("palomar observe -n ") == ["shop", "web"]
    assert completed("observe --node-name ", "observe") == ["node-1", "node-2"]


def test_an_address_on_the_line_counts(
    server: ObserverServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = f"observe --server {server.address} --to-namespace s"
    monkeypatch.setenv("PALOMAR_SERVER", "localhost:1")
    assert completed(line, "observe") == ["shop"]


def test_a_server_that_does_not_answer_offers_nothing(server: ObserverServer) -> None:
    server.stall.clear()
    try:
        assert completed("observe --namespace ", "observe") == []
    finally:
        server.stall.set()


def test_an_address_that_makes_no_sense_offers_nothing() -> None:
    assert completed("observe --server a:b --namespace ", "observe") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_completes_both_programs(shell: str) -> None:
    result = CliRunner().invoke(main, [shell])
    assert result.exit_code == 0
    assert result.stdout == script(shell) + "\n"
    for program in ("palomar", "observe"):
        assert f"_{program.upper()}_COMPLETE={shell}_complete" in result.stdout


def test_bash_takes_the_script() -> None:
    loaded = subprocess.run(
        ["bash", "-c", 'eval "$SCRIPT"; complete -p palomar observe'],
        env=os.environ | {"SCRIPT": script("bash")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stderr == ""
    assert [line.split()[-1] for line in loaded.stdout.splitlines()] == ["palomar", "observe"]


def test_another_shell_is_a_usage_error() -> None:
    assert CliRunner().invoke(main, ["cmd"]).exit_code == 2
