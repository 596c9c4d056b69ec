"""What every test runs under: UTC, a repeatable hypothesis, and versions in the report."""

import os
import sqlite3
import time
from importlib.metadata import version

from hypothesis import settings

os.environ["TZ"] = "UTC"
time.tzset()

settings.register_profile("palomar", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("palomar")


def pytest_report_header() -> str:
    named = " ".join(f"{name} {version(name)}" for name in ("grpcio", "protobuf", "textual"))
    return f"SQLite {sqlite3.sqlite_version} {named}"
