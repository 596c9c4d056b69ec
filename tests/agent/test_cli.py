"""The commands as processes: exit statuses, what is said, signals; killing loses nothing."""

import asyncio
import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.agents import AgentProcess, agent, events, multiset, stored
from tests.agent.test_file import lines, write
from tests.certificates import authority
from tests.factories import event
from tests.relays import RelayProcess, running_relay, store


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RelayProcess]:
    with RelayProcess(tmp_path) as running:
        yield running


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flows.jsonl"


async def test_files_end_with_a_summary(relay: RelayProcess, path: Path) -> None:
    given = events(10)
    write(path, lines(given))
    packed = path.with_suffix(".gz")
    write(packed, gzip.compress(lines(given)))
    status, said = agent("file", path, packed, "--relay", relay.address)
    assert status == 0
    for name, line in zip((path, packed), said.splitlines(), strict=True):
        assert line.startswith(f"palomar agent: {name}: 10 events stored; ")
    assert await stored(relay.address) == multiset(given * 2)


async def test_standard_input_is_new_each_time(relay: RelayProcess) -> None:
    given = events(300)
    for _ in range(2):
        status, said = agent("file", "-", "--relay", relay.address, given=lines(given).decode())
        assert status == 0
        assert "-: 300 events stored" in said
    assert await stored(relay.address) == multiset(given * 2)


async def test_a_named_pipe_is_read_once(relay: RelayProcess, tmp_path: Path) -> None:
    given = events(20)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with AgentProcess("file", pipe, "--relay", relay.address) as running:
        await asyncio.to_thread(write, pipe, gzip.compress(lines(given)))
        status, said = running.end()
    assert status == 0
    assert f"{pipe}: 20 events stored" in said
    assert await stored(relay.address) == multiset(given)


async def test_names_of_files_may_be_anything(relay: RelayProcess, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\n.jsonl"))
    write(path, lines(events(1)))
    for count in (1, 0):
        status, said = agent("file", path, "--relay", relay.address)
        assert status == 0
        assert f"/\\xff\\n.jsonl: {count} events stored" in said


def test_a_missing_file_is_named_and_nothing_sent(relay: RelayProcess, path: Path) -> None:
    write(path, lines(events(1)))
    missing = path.with_name("missing.jsonl")
    status, said = agent("file", path, missing, "--relay", relay.address)
    assert status == 1
    assert said == f"palomar agent: {missing}: No such file or directory\n"


def test_a_folder_is_no_file(relay: RelayProcess, tmp_path: Path) -> None:
    status, said = agent("file", tmp_path, "--relay", relay.address)
    assert status == 1
    assert said == f"palomar agent: {tmp_path}: Is a directory\n"


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("file",), "Missing argument 'PATH...'"),
        (("file", "-", "--relay", "a:b:c"), "--relay: address 'a:b:c'"),
        (("file", "-", "--tls-client-cert-file", __file__), "a client certificate and its key"),
        (("file", "-", "--tls-ca-cert-files", "/nowhere.pem"), "/nowhere.pem"),
        (("hubble", "host:0"), "ADDRESS: address 'host:0'"),
        (("demo", "--rate", "0"), "'--rate': '0' is no rate above 0"),
        (("demo", "--rate", "nan"), "'--rate': 'nan' is no rate above 0"),
        (("demo", "--rate", "inf"), "'--rate': 'inf' is no rate above 0 and up to 1,000,000"),
        (("demo", "--duration", "soon"), "'soon' is no span of time"),
        (("demo", "--duration", "-3s"), "'-3s' is no span of time"),
        (("ship",), "No such command 'ship'"),
    ],
)
def test_wrong_usage_is_told_in_a_line(argv: tuple[str, ...], expected: str) -> None:
    status, said = agent(*argv)
    assert status == 2
    assert expected in said
    assert "Traceback" not in said


def test_help_needs_neither_grpc_nor_protobuf() -> None:
    code = (
        "import sys, agent.cli\n"
        "try: agent.cli.main(['demo', '--help'])\n"
        "except SystemExit: pass\n"
        "print({'grpc', 'google.protobuf', 'zstandard'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "set()"


async def test_a_signal_ends_a_follow_with_all_delivered(relay: RelayProcess, path: Path) -> None:
    given = events(500)
    write(path, lines(given))
    with AgentProcess("file", "--follow", path, "--relay", relay.address) as running:
        await stored(relay.address, 1)
        status, said = running.end(signal.SIGTERM)
    assert status == 0
    found = await stored(relay.address)
    assert f"{path}: {found.total():,} events stored" in said
    assert found <= multiset(given)


async def test_ctrl_c_ends_a_demo(relay: RelayProcess) -> None:
    with AgentProcess("demo", "--node", "node-2", "--relay", relay.address) as running:
        await stored(relay.address, 1)
        status, said = running.end(signal.SIGINT)
    assert status == 0
    assert "Traceback" not in said


async def test_a_signal_ends_a_subscription(relay: RelayProcess, tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    given = [event(uuid=f"{n}") for n in range(30)]
    with RelayProcess(tmp_path / "from") as source:
        await store(source.address, given)
        argv = ("hubble", source.address, "--agent-events", "--relay", relay.address)
        with AgentProcess(*argv) as running:
            await stored(relay.address, 30)
            status, said = running.end(signal.SIGTERM)
    assert status == 0
    assert f"{source.address}: 30 events stored" in said
    assert f"{source.address} agent-events: 0 events stored" in said


def test_without_a_relay_a_signal_gives_up(path: Path, tmp_path: Path) -> None:
    write(path, lines(events(5)))
    nowhere = f"unix://{tmp_path / 'nowhere.sock'}"
    with AgentProcess("file", path, "--relay", nowhere) as running:
        assert "no such socket; is a relay listening there?; trying again" in running.line()
        status, said = running.end(signal.SIGTERM)
    assert status == 1
    assert "0 events stored, stopped before its end" in said


async def test_killing_the_agent_again_and_again_loses_and_doubles_nothing(
    relay: RelayProcess, path: Path
) -> None:
    given = events(20_000)
    write(path, lines(given))
    for least in (1, 4_000, 8_000):
        with AgentProcess("file", path, "--relay", relay.address) as running:
            await stored(relay.address, least)
            running.end(signal.SIGKILL)
    status, _ = agent("file", path, "--relay", relay.address)
    assert status == 0
    assert await stored(relay.address) == multiset(given)


async def test_killing_the_relay_again_and_again_loses_and_doubles_nothing(
    relay: RelayProcess, path: Path
) -> None:
    given = events(20_000)
    write(path, lines(given))
    with AgentProcess("file", path, "--relay", relay.address) as running:
        for least in (1, 4_000, 8_000):
            await stored(relay.address, least)
            relay.kill()
            relay.start()
        status, said = running.end()
    assert status == 0
    assert "trying again" in said
    assert await stored(relay.address) == multiset(given)


async def test_of_two_agents_on_one_source_the_newer_one_stays(
    relay: RelayProcess, path: Path
) -> None:
    given = events(20)
    write(path, lines(given[:10]))
    argv = ("file", "--follow", path, "--relay", relay.address)
    with AgentProcess(*argv) as older:
        await stored(relay.address, 10)
        with AgentProcess(*argv) as newer:
            status, said = older.end()
            assert status == 1
            assert "a newer stream of this source took over" in said
            write(path, lines(given[10:]), "ab")
            await stored(relay.address, 20)
            newer.end(signal.SIGTERM)
    assert await stored(relay.address) == multiset(given)


async def test_tls_towards_the_relay(tmp_path: Path, path: Path) -> None:
    given = events(5)
    write(path, lines(given))
    trusted = authority()
    (tmp_path / "ca.pem").write_bytes(trusted.pem)
    certificate, key = trusted.issue("localhost").write(tmp_path, "relay")
    ours, our_key = trusted.issue("agent").write(tmp_path, "agent")
    settings = {
        "listen": ("localhost:0",),
        "tls_cert_file": certificate,
        "tls_key_file": key,
        "tls_client_ca_files": (tmp_path / "ca.pem",),
    }
    proof = ("--tls-client-cert-file", ours, "--tls-client-key-file", our_key)
    trust = ("--tls-ca-cert-files", tmp_path / "ca.pem")
    async with running_relay(tmp_path, **settings) as relay:
        argv = ("file", path, "--relay", relay.address, "--tls")
        with AgentProcess(*argv) as distrustful:
            said = await asyncio.to_thread(distrustful.line)
            assert "its certificate is not trusted; give its CA file; trying again" in said
        status, said = await asyncio.to_thread(agent, *argv, *trust, *proof)
        assert status == 0
        assert "5 events stored" in said
