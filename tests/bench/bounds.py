"""How much may be counted: a third more than what is recorded in `counts.json`, by CPython 3.11.

3.12 and 3.13 need a little less. Twice as much never passes, for a count that is far below the
record fails too: who makes something cheaper records it, and so tightens the guard:

    PALOMAR_RECORD=1 .venv/bin/pytest tests/bench/test_counts.py
"""

import json
import os
from pathlib import Path

RECORD = Path(__file__).with_name("counts.json")
SPARE = 4 / 3
COMMAND = "PALOMAR_RECORD=1 .venv/bin/pytest tests/bench/test_counts.py"


def hold(name: str, counted: float) -> None:
    """Check a count, or record it if that is asked for."""
    if os.environ.get("PALOMAR_RECORD"):
        record(name, counted)
    check(name, counted)


def check(name: str, counted: float) -> None:
    """Say whether a count is within its bound, and whether twice as much would not be."""
    recorded: float = json.loads(RECORD.read_text())[name]
    said = f"{name}: counted {counted:.4g}, recorded {recorded:.4g}"
    assert counted <= recorded * SPARE, f"{said}: too much"
    assert counted * 2 > recorded * SPARE, f"{said}: twice as much would pass; record it: {COMMAND}"


def record(name: str, counted: float) -> None:
    """Write down a count as the one that bounds are made of."""
    known = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    rounded = float(f"{counted:.4g}")
    known[name] = int(rounded) if rounded >= 100 else rounded
    RECORD.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
