"""Counts that depend on the code alone, not on the machine: instructions of Python's bytecode, SQL
statements, modules imported.
"""

import asyncio
import concurrent.futures
import os
import queue
import selectors
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from types import FrameType
from typing import Any

import pytest

WAITING = tuple(
    str(module.__file__).removesuffix("__init__.py")
    for module in (asyncio, concurrent.futures, queue, selectors, threading)
)
"""Code that is left out: how often it runs depends on how threads meet."""

Reading = Callable[[], int]
"""Says how much was counted so far."""


@contextmanager
def instructions() -> Iterator[Reading]:
    """Count the instructions of this thread, and of threads that are started meanwhile.

    CPython 3.13 begins to count code when it runs for the second time: do everything twice, and
    look at the second.
    """
    counter = count()

    def trace(frame: FrameType, event: str, _arg: Any) -> Any:
        if event == "opcode":
            next(counter)  # atomic, whichever thread
        elif event == "call":
            if frame.f_code.co_filename.startswith(WAITING):
                return None
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return trace

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # CPython 3.12 looks at it when tracing begins
    threading.settrace(trace)
    sys.settrace(trace)
    try:
        yield lambda: next(counter)
    finally:
        sys.settrace(before)
        threading.settrace(before)


class Statements(list[str]):
    """SQL statements, in the order in which they ran; rows of an `executemany` one by one."""

    def number(self, word: str = "") -> int:
        """Count those that begin with a word."""
        return sum(statement.lstrip().upper().startswith(word) for statement in list(self))


@contextmanager
def statements() -> Iterator[Statements]:
    """Note what runs in this process on connections that are opened meanwhile."""
    noted, connect = Statements(), sqlite3.connect

    def traced(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.set_trace_callback(noted.append)
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", traced)
        yield noted


def modules(*argv: str) -> set[str]:
    """Name the modules that `python ARGV` imports and a bare Python does not."""
    return _imported(*argv) - _imported("-c", "pass")


def _imported(*argv: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *argv],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"XDG_CONFIG_HOME": "/nowhere"},
    )
    lines = (line for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip() for line in lines} - {"imported package"}
