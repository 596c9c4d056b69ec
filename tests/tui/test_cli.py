"""The command `palomar tui` where there is nothing to show a dashboard on."""

import subprocess
import sys


def test_without_a_terminal_it_says_what_to_use_instead() -> None:
    words = (sys.executable, "-m", "tui", "--verdict", "DROPPED")
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "a dashboard needs a terminal; observe writes flows anywhere" in done.stderr
    assert "\x1b" not in done.stderr


def test_it_offers_no_flag_of_what_only_lists_do() -> None:
    words = (sys.executable, "-m", "tui", "--help")
    shown = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "--denylist" in shown
    assert "--print-raw-filters" not in shown
