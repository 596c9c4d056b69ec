import re
import sys

import pytest

from bench.terminal import Terminal

ECHO = """
import os, sys, tty
size = os.get_terminal_size()
tty.setraw(0)
print("ready", size.columns, size.lines, os.listdir(os.environ["XDG_STATE_HOME"]), flush=True)
while key := os.read(0, 1):
    os.write(1, b"\\x1b[5;1H" + key * 3)
"""


def test_keys_go_in_and_what_is_drawn_is_found() -> None:
    with Terminal("echo", [sys.executable, "-c", ECHO]) as terminal:
        assert terminal.wait_for(rb"ready 160 50 \[\]") > 0
        terminal.press("x")
        terminal.wait_for(rb"\x1b\[5;1Hxxx")
        terminal.press("y")
        with pytest.raises(TimeoutError, match=re.escape("echo did not draw b'xxx'")):
            terminal.wait_for(b"xxx", seconds=0.05)
        assert terminal.watch(0) == b"\x1b[5;1Hyyy"
    assert not terminal.process.running()
