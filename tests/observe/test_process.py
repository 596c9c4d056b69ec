"""What only a process of its own shows: pipes, signals, terminals and what is imported."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from proto.jsonlines import to_json
from tests.commands import ALONE, lines_file, observe_process
from tests.factories import event
from tests.observer_server import ObserverServer, response


def test_lines_are_shown_as_they_come_from_a_pipe() -> None:
    with observe_process("--input-file", "-", stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for name in ("one", "two"):
            process.stdin.write(to_json(event(Summary=name)) + b"\n")
            process.stdin.flush()
            assert name.encode() in process.stdout.readline()
        process.stdin.close()
        assert process.wait() == 0


def test_a_follow_shows_each_flow_and_ends_quietly_by_ctrl_c() -> None:
    with (
        ObserverServer() as server,
        observe_process("-f", "--server", server.address) as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        server.wait_for_requests(1)
        server.publish(response(1, Summary="live"))
        assert b"(live)" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
        assert process.stdout.read() == process.stderr.read() == b""


def test_a_follow_of_the_next_so_many_ends_by_itself() -> None:
    with (
        ObserverServer([response(1, Summary="old")]) as server,
        observe_process("-f", "--first", 2, "--server", server.address) as process,
    ):
        server.wait_for_requests(1)
        server.publish(*(response(n, Summary=f"new {n}") for n in (2, 3, 4)))
        out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert [line.rpartition(b"(")[2] for line in out.splitlines()] == [b"new 2)", b"new 3)"]


def test_a_reader_that_has_enough_ends_it_quietly(tmp_path: Path) -> None:
    path = lines_file(tmp_path, (event(uuid=str(n)) for n in range(5000)))
    with observe_process("--input-file", path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait() == 0
        assert process.stderr.read() == b""


def test_a_full_disk_is_a_failure(tmp_path: Path) -> None:
    path = lines_file(tmp_path, (event(uuid=str(n)) for n in range(500)))
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "observe", "--input-file", str(path)],
            stdout=full,
            stderr=subprocess.PIPE,
            env=os.environ | ALONE,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == b"Error: cannot write: No space left on device\n"


def test_a_terminal_gets_colours() -> None:
    leader, follower = pty.openpty()
    with observe_process("--input-file", "-", stdin=subprocess.PIPE) as plain:
        out, _ = plain.communicate(to_json(event()) + b"\n")
    assert b"\x1b" not in out
    env = {**os.environ, **ALONE, "TERM": "xterm"}
    env.pop("NO_COLOR", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "observe", "--input-file", "-"],
        stdin=subprocess.PIPE,
        stdout=follower,
        env=env,
    )
    process.communicate(to_json(event()) + b"\n")
    os.close(follower)
    shown = os.read(leader, 4096)
    os.close(leader)
    assert b"\x1b[36mcilium-test/client2" in shown


@pytest.mark.parametrize(
    ("command", "never"),
    [
        ("--help", {"grpc", "google.protobuf", "zstandard", "re2", "sqlite_utils", "textual"}),
        ("--version", {"grpc", "google.protobuf", "sqlite_utils", "textual"}),
        (
            "--input-file {} --last 1",
            {"grpc", "re2", "zstandard", "sqlite_utils", "textual", "csv"},
        ),
    ],
)
def test_only_what_is_needed_is_imported(tmp_path: Path, command: str, never: set[str]) -> None:
    path = lines_file(tmp_path, [event()])
    code = (
        "import sys\nfrom observe.cli import main\n"
        "try: main(sys.argv[1:], prog_name='observe')\n"
        "except SystemExit: print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    args = command.format(path).split()
    done = subprocess.run(
        [sys.executable, "-c", code, *args],
        capture_output=True,
        text=True,
        env=os.environ | ALONE,
        check=True,
    )
    assert not never & set(done.stderr.split())
