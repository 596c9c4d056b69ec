"""The dashboard in a real terminal, from start to quit."""

import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from proto.flow_pb2 import DROPPED
from proto.observer_pb2 import GetFlowsResponse
from tests.factories import flow
from tests.feeding import feed
from tests.relays import RelayProcess

SECONDS = 60
HERE = "env -u COLUMNS -u LINES"
"""The size is the terminal's, and not what a test runner takes for it."""


class Terminal:
    """A terminal of tmux with a server of its own, in which a command runs."""

    def __init__(self, folder: Path) -> None:
        self._tmux = ("tmux", "-S", str(folder / "tmux"), "-f", "/dev/null")

    def run(self, command: str) -> None:
        """Start a command in a shell."""
        size = ("-x", "120", "-y", "30")
        self._call("new-session", "-d", *size, f"{command}; echo left with $?; read -r _")

    def press(self, *keys: str) -> None:
        """Press keys, as tmux names them."""
        self._call("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self._call("send-keys", "-l", "--", text)

    def screen(self) -> str:
        """Give what is on the screen."""
        return self._call("capture-pane", "-p")

    def wait_for(self, *texts: str) -> str:
        """Wait until all of these are on the screen."""
        end = time.monotonic() + SECONDS
        while True:
            shown = self.screen()
            if all(text in shown for text in texts):
                return shown
            assert time.monotonic() < end, f"{texts} is not on the screen:\n{shown}"
            time.sleep(0.02)

    def end(self) -> None:
        """End everything in it."""
        self._call("kill-server")

    def _call(self, *words: str) -> str:
        done = subprocess.run((*self._tmux, *words), check=True, capture_output=True, text=True)
        return done.stdout


@contextmanager
def terminal(folder: Path, command: str) -> Iterator[Terminal]:
    made = Terminal(folder)
    made.run(command)
    try:
        yield made
    finally:
        made.end()


def answer(number: int, verdict: int) -> GetFlowsResponse:
    end = {"namespace": "shop", "pod_name": f"cart-{number}"}
    return GetFlowsResponse(flow=flow(source=end, verdict=verdict))


@pytest.mark.tmux
def test_from_start_to_quit(tmp_path: Path) -> None:
    with RelayProcess(tmp_path) as relay:
        feed(relay.address, *(answer(number, number % 2 + 1) for number in range(40)))
        words = (sys.executable, "-m", "tui", "--server", relay.address, "--time-zone", "utc")
        with terminal(tmp_path, f"{HERE} NO_COLOR=1 {shlex.join(words)}") as shown:
            shown.wait_for("1 Flows", "▼ following", "flow 40 of 40", "✗ DROPPED", "✓ FORWARDED")
            shown.press("/")
            shown.type("--verdict drop")
            shown.press("Tab", "Enter")
            shown.wait_for("--verdict DROPPED", "flow 20 of 20")
            feed(relay.address, answer(98, DROPPED), answer(99, DROPPED))
            shown.wait_for("flow 22 of 22", "cart-99")
            shown.press("k")
            shown.wait_for("▲ not following", "flow 21 of 22")
            relay.kill()
            shown.wait_for("✗ lost, trying again in")
            relay.start()
            feed(relay.address, answer(100, DROPPED))
            shown.wait_for("▲ not following", "flow 21 of 23", "cart-100")
            shown.press("G")
            shown.wait_for("▼ following", "cart-100")
            shown.press("?")
            shown.wait_for("Go to the end, and follow")
            shown.press("Escape")
            shown.wait_for("▼ following")
            shown.press("q")
            after = shown.wait_for("left with 0")
            assert "Flows" not in after


@pytest.mark.tmux
def test_the_demo_opens_the_dashboard(tmp_path: Path) -> None:
    words = (sys.executable, "-m", "palomar", "demo", "--rate", "20")
    own = f"XDG_STATE_HOME={tmp_path} XDG_CONFIG_HOME={tmp_path} TMPDIR={tmp_path}"
    with terminal(tmp_path, f"{HERE} {own} {shlex.join(words)}") as shown:
        shown.press("2")  # typed ahead, while everything is still being started
        shown.wait_for("Top talkers", "FORWARDED", "shop/frontend")
        shown.press("1")
        shown.wait_for("▼ following", "all flows; for example", "HTTP/1.1 GET")
        shown.press("4")
        shown.wait_for("demo/node-1", "demo/node-2", "connected")
        shown.press("C-c")
        after = shown.wait_for("left with 0")
        assert "Traceback" not in after
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("palomar-")]
