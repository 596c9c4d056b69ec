"""What every test runs under: UTC, a repeatable hypothesis, versions in the report, and the tools
that some tests need.
"""

import os
import sqlite3
import time
from importlib.metadata import version

import pytest
from hypothesis import settings

from tests.tools import TOOLS

os.environ["TZ"] = "UTC"
time.tzset()

settings.register_profile("palomar", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("palomar")


def pytest_report_header() -> str:
    named = " ".join(f"{name} {version(name)}" for name in ("grpcio", "protobuf", "textual"))
    return f"SQLite {sqlite3.sqlite_version} {named}"


LEFT_OUT = pytest.StashKey[dict[str, int]]()


@pytest.hookimpl(trylast=True)  # after -m has had its say
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests whose tools cannot be had."""
    left_out = config.stash.setdefault(LEFT_OUT, {})
    for mark, find in TOOLS.items():
        marked = [item for item in items if item.get_closest_marker(mark)]
        if marked and not find():
            items[:] = [item for item in items if item not in marked]
            config.hook.pytest_deselected(items=marked)
            left_out[mark] = len(marked)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how many tests were left out."""
    for mark, number in config.stash.get(LEFT_OUT, {}).items():
        terminalreporter.write_line(f"{number} tests left out: {mark} cannot be had here")
