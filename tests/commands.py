"""The command `observe` as a person calls it, in this process or in one of its own."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from click.testing import CliRunner, Result
from google.protobuf.message import Message

from observe.cli import main
from proto.jsonlines import to_json

ALONE = {"XDG_CONFIG_HOME": "/nowhere", "TERM": "dumb", "COLUMNS": "100"}
"""The environment of a command: nobody's settings."""


def observe(*args: object, **env: str) -> Result:
    """Run the command in this process; what it raises comes through."""
    runner = CliRunner()
    given = [str(arg) for arg in args]
    return runner.invoke(main, given, prog_name="observe", env=ALONE | env, catch_exceptions=False)


def observe_process(*args: object, stdin: int | None = None) -> subprocess.Popen[bytes]:
    """Start the command in a process of its own; both of its outputs are pipes."""
    return subprocess.Popen(
        [sys.executable, "-m", "observe", *map(str, args)],
        env=os.environ | ALONE,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def lines_file(folder: Path, events: Iterable[Message], name: str = "flows.jsonl") -> Path:
    """Write events as lines of JSON."""
    path = folder / name
    path.write_bytes(b"".join(to_json(each) + b"\n" for each in events))
    return path
