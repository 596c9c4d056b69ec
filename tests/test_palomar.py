import subprocess
import sys
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

import palomar
from observe.lazy import LazyGroup, Row
from proto.transport import TLS
from tests.observer_server import ObserverServer, response

HEAVY = ("grpc", "google.protobuf", "sqlite_utils", "textual", "relay", "agent", "proto.client")


@pytest.fixture
def server() -> Iterator[ObserverServer]:
    with ObserverServer(response(second) for second in range(5)) as server:
        yield server


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "palomar", *words], capture_output=True, text=True, check=False
    )


def imported(program: str) -> set[str]:
    """Run a program, and give those of the heavy modules that it has imported."""
    show = f"print(*(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\ntry: {program}\nfinally: {show}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


def test_importing_the_package_imports_nothing_heavy() -> None:
    assert imported("import palomar") == set()


def test_the_help_needs_nothing_heavy() -> None:
    program = "import palomar; sys.argv = ['palomar', '--help']; palomar.main()"
    assert imported(program) == set()


def test_what_is_heavy_would_be_seen() -> None:
    assert "grpc" in imported("import palomar; palomar.Client")


def test_help_names_every_command() -> None:
    result = run("--help")
    assert result.returncode == 0
    for name in palomar.COMMANDS:
        assert f"\n  {name} " in result.stdout


@pytest.mark.parametrize("name", palomar.COMMANDS)
def test_every_command_is_there_and_its_help_in_the_table_is_its_own(name: str) -> None:
    group = LazyGroup("palomar", {key: Row(*row) for key, row in palomar.COMMANDS.items()})
    result = CliRunner().invoke(group, [name, "--help"])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: palomar {name}")


def test_an_unknown_command_is_a_usage_error() -> None:
    result = run("frobnicate")
    assert result.returncode == 2
    assert result.stdout == ""
    assert "No such command 'frobnicate'" in result.stderr


@pytest.mark.parametrize("word", ["version", "--version"])
def test_versions_are_told(word: str) -> None:
    assert run(word).stdout == "palomar 0.1.0 (Hubble API 1.19.4)\n"


def test_scripts_read_flows(server: ObserverServer) -> None:
    with palomar.connect(server.address) as client:
        flows = list(client.flows(last=2, verdict="FORWARDED"))
        assert [flow.time.seconds for flow in flows] == [3, 4]
        assert client.status().version == "v1.19.4"
    assert server.requests[0].whitelist[0].verdict == [1]


async def test_scripts_read_flows_with_asyncio(server: ObserverServer) -> None:
    async with palomar.aconnect(server.address) as client:
        assert [flow.time.seconds async for flow in client.flows(last=2)] == [3, 4]


def test_the_public_names_are_those_of_their_modules() -> None:
    assert palomar.TLS is TLS
    for name in palomar.NAMES:
        assert getattr(palomar, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'frobnicate'"):
        _ = palomar.frobnicate


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nope",), "No such command 'nope'."),
        (("--nope",), "No such option '--nope'."),
        (("list", "nope"), "No such command 'nope'."),
        (("relay", "--listen", "localhost:x"), "--listen: address 'localhost:x': expected "),
        (("relay", "--limit", "flow=0"), "'--limit': limit's count '0': expected "),
        (("agent", "file"), "Missing argument 'PATH...'."),
        (("agent", "demo", "--rate", "nan"), "'--rate': 'nan' is no rate "),
        (("demo", "--rate", "0"), "'--rate': "),
    ],
)
def test_wrong_usage_of_any_command_is_told_in_one_line(words: tuple[str, ...], said: str) -> None:
    ended = run(*words)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("Error: ")
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1


def shell(line: str, *given: str) -> "subprocess.CompletedProcess[str]":
    """Run `palomar` in a shell, which redirects its streams."""
    program = ["sh", "-c", f'"$0" -m palomar {line}', sys.executable, *given]
    return subprocess.run(program, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "words", ["status --server $1", "list nodes --server $1", "completion bash", "observe --help"]
)
def test_a_disk_that_is_full_is_told_in_one_line(server: ObserverServer, words: str) -> None:
    ended = shell(f"{words} >/dev/full", server.address)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: ")
    assert ended.stderr.endswith("No space left on device\n")
    assert ended.stderr.count("\n") == 1


def test_streams_that_are_closed_are_missed_by_nobody(server: ObserverServer) -> None:
    for line in (
        "observe --server $1 >&-",
        "observe --server $1 2>&-",
        "observe -s --input-file - <&-",
    ):
        ended = shell(line, server.address)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert bool(ended.stdout) == line.endswith("2>&-")
