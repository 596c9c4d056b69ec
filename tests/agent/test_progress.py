import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.agent.agents import agent, events
from tests.agent.test_file import lines, write
from tests.relays import RelayProcess


def shown(*argv: str) -> str:
    """Run an agent as a person does, and give what the terminal gets."""
    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, "-m", "palomar", "agent", *argv], stderr=theirs, check=True)
    os.close(theirs)
    told = bytearray()
    with open(ours, "rb", buffering=0) as terminal, suppress(OSError):  # EIO is its end
        while said := terminal.read(1 << 16):
            told += said
    return told.decode()


def test_a_person_sees_a_bar(tmp_path: Path) -> None:
    path = tmp_path / "flows.jsonl"
    write(path, lines(events(1000)))
    with RelayProcess(tmp_path) as relay:
        argv = ("file", str(path), "--relay", relay.address)
        for stored in ("1,000 events", "0 events"):
            told = shown(*argv)
            assert "100%" in told
            assert f"{stored} stored" in told
        _, said = agent(*argv, "--again")
    assert "%" not in said


def test_names_by_strangers_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "flows.jsonl"
    write(path, b'{"flow": {"uuid": "1", "\\u001b[31mred": 1}}\n')
    with RelayProcess(tmp_path) as relay:
        _, said = agent("file", path, "--relay", relay.address)
    assert "(Flow.^[[31mred)" in said
