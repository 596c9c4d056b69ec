"""The relay as a process: signals, restarts, and what it says when it cannot start."""

import asyncio
import socket
import sqlite3
from pathlib import Path

import grpc
import grpc.aio
import pytest
from click.testing import CliRunner, Result

from proto.observer_pb2 import ExportEvent, GetFlowsRequest
from proto.observer_pb2_grpc import ObserverStub
from proto.timestamps import from_ns
from proto.version import VERSION
from relay.cli import main
from tests.factories import NOON_NS, event
from tests.relays import RelayProcess, Sender, store


def numbered(count: int, first: int = 0) -> list[ExportEvent]:
    return [
        event(uuid=str(number), time=from_ns(NOON_NS + number))
        for number in range(first, first + count)
    ]


async def stored(address: str) -> list[int]:
    async with grpc.aio.insecure_channel(address) as channel:
        answers = ObserverStub(channel).GetFlows(GetFlowsRequest())
        return [int(a.flow.uuid) async for a in answers if a.HasField("flow")]


def run(*options: str | Path) -> Result:
    """Run the command in this process, which is only good for one that cannot start."""
    return CliRunner().invoke(main, [str(option) for option in options])


async def test_sigterm_stores_what_came_and_a_restart_goes_on(tmp_path: Path) -> None:
    with RelayProcess(tmp_path) as relay:
        assert relay.greeting == (
            f"palomar relay: {VERSION} listening on {relay.address}; 0 events in {relay.data}\n"
        )
        async with grpc.aio.insecure_channel(relay.address) as channel:
            sender = Sender(channel)
            await sender.hello()
            for first in range(0, 4_000, 100):
                await sender.send(numbered(100, first))
            await sender.ack(100)
            assert relay.stop() == 0
            acknowledged, (code, details) = await sender.rest()
        assert (code, details) == (grpc.StatusCode.UNAVAILABLE, "the relay is shutting down")
        relay.start()
        found = await stored(relay.address)
        assert found == list(range(len(found)))
        assert len(found) == acknowledged >= 100
        async with grpc.aio.insecure_channel(relay.address) as channel:
            assert (await Sender(channel).hello()).ordinal == len(found)


async def test_sigterm_ends_a_follow_so_that_its_client_comes_back(tmp_path: Path) -> None:
    with RelayProcess(tmp_path) as relay:
        async with grpc.aio.insecure_channel(relay.address) as channel:
            call = ObserverStub(channel).GetFlows(GetFlowsRequest(follow=True))
            await call.initial_metadata()
            assert relay.stop() == 0
            with pytest.raises(grpc.aio.AioRpcError, match="shutting down") as caught:
                await call.read()
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    acknowledged = 0
    with RelayProcess(tmp_path) as relay:
        for _ in range(3):
            async with grpc.aio.insecure_channel(relay.address) as channel:
                sender = Sender(channel)
                assert (await sender.hello()).ordinal >= acknowledged
                for _ in range(10):
                    await sender.send(numbered(100, sender.ordinal))
                acknowledged = (await sender.ack(sender.ordinal - 500)).ordinal
                relay.kill()
            relay.start()
        found = await stored(relay.address)
        assert found == list(range(len(found)))
        assert len(found) >= acknowledged


def test_a_socket_left_behind_by_a_killed_relay_is_taken_over(tmp_path: Path) -> None:
    with RelayProcess(tmp_path) as relay:
        relay.kill()
        left = Path(relay.address.removeprefix("unix://"))
        assert left.is_socket()
        assert left.stat().st_mode & 0o777 == 0o660
        relay.start()
        asyncio.run(store(relay.address, numbered(1)))
        relay.stop()
        assert not left.exists()


def test_a_second_relay_is_refused(tmp_path: Path) -> None:
    with RelayProcess(tmp_path) as relay:
        other = ("--data", tmp_path / "other.db")
        taken = run("--listen", relay.address, *other)
        assert (taken.exit_code, taken.stdout) == (1, "")
        assert taken.stderr == (
            f"Error: cannot listen on {relay.address}: another process listens there\n"
        )
        same = run("--listen", "127.0.0.1:0", "--data", relay.data)
        assert same.exit_code == 1
        assert str(relay.data) in same.stderr
        assert same.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for option in ("--listen", "--metrics"):
            given = ("--data", tmp_path / "palomar.db", "--listen", "127.0.0.1:0")
            refused = run(*given, option, f"127.0.0.1:{port}")
            assert refused.exit_code == 1
            assert f"127.0.0.1:{port}: address already in use\n" in refused.stderr.lower()
            assert refused.stderr.count("\n") == 1


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    strange, foreign = tmp_path / "strange.db", tmp_path / "foreign.db"
    strange.write_text("this is no database, and somebody may want it" * 100)
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE theirs (id)")
    connection.close()
    for path in (strange, foreign):
        before = path.read_bytes()
        refused = run("--listen", "127.0.0.1:0", "--data", path)
        assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
        assert str(path) in refused.stderr
        assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--listen", "tls://localhost:1"), "--tls-cert-file"),
        (("--listen", "localhost:99999"), "localhost:99999"),
        (("--limit", "flow=0"), "limit's count '0': expected a whole number from 1, of 15 digits"),
        (("--limit", "flow=1,2MB,3q"), "limit's age '3q': expected "),
        (("--limit", "floe=1"), "'floe=1': the classes are drop, l7, flow, event, lost"),
        (("--tls-key-file", "key.pem"), "--tls-cert-file and --tls-key-file go together"),
        (("--clock-tolerance", "-1"), "--clock-tolerance: -1.0 is not from 0 to"),
        (("--clock-tolerance", "nan"), "--clock-tolerance: nan is not from 0 to"),
        (("--clock-tolerance", "inf"), "--clock-tolerance: inf is not from 0 to"),
    ],
)
def test_usage_errors_name_the_option(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    refused = run("--data", tmp_path / "palomar.db", *options)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_default_place_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").write_text("a file")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    ended = run("--listen", "localhost:0")
    assert ended.exit_code == 1
    assert ended.stderr == f"Error: cannot make {tmp_path}/state/palomar: Not a directory\n"
