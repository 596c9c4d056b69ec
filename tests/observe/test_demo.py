import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NEXT = "What to try next"
ADDRESS = re.compile(r"The relay listens on (\S+), its file is (\S+)/palomar\.db")


@contextmanager
def demo(*options: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Run a demo; give its process and the directory of its file, once flows are shown."""
    process = subprocess.Popen(
        [sys.executable, "-m", "palomar", "demo", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stderr
    try:
        found = ADDRESS.match(process.stdout.readline())
        assert found
        assert found[1] in process.stdout.readline()
        assert re.search(" (->|<-|<>) ", process.stdout.readline())
        yield process, Path(found[2])
    finally:
        if process.poll() is None:
            process.terminate()  # killed, it could not end what it has started
        process.stdout.close()
        process.stderr.close()
        process.wait(timeout=30)


def children(process: subprocess.Popen[str]) -> list[int]:
    """Number the processes that a process has started, in that order."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(number) for number in listed.split()]


def test_the_demo_ends_by_itself_where_nobody_watches() -> None:
    words = [sys.executable, "-m", "palomar", "demo", "--duration", "500ms"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    found = ADDRESS.match(done.stdout)
    assert found
    assert not Path(found[2]).exists()
    assert done.stdout.splitlines()[-1].startswith(NEXT)
    assert done.stderr == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_demo_and_all_that_it_started(number: signal.Signals) -> None:
    with demo("--rate", "50") as (process, folder):
        assert folder.is_dir()
        started = children(process)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0
    assert len(started) == 4
    assert not any(Path(f"/proc/{pid}").exists() for pid in started)
    assert not folder.exists()
    assert out.splitlines()[-1].startswith(NEXT)
    assert err == ""


def test_a_relay_that_dies_ends_the_demo_with_a_line() -> None:
    with demo("--rate", "50") as (process, folder):
        relay, *rest = children(process)
        os.kill(relay, signal.SIGKILL)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 1
    assert re.fullmatch(r"Error: palomar relay ended early: .*\n", err)
    assert not folder.exists()
    assert not any(Path(f"/proc/{pid}").exists() for pid in rest)


def test_a_reader_that_has_enough_ends_the_demo_without_a_word() -> None:
    with demo("--rate", "50") as (process, folder):
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=30) == 0
    assert not folder.exists()
