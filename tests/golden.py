"""Outputs that were looked at once and are to stay as they are, byte for byte.

After a wanted change run the tests with PALOMAR_GOLDEN=write, and read the difference before it is
committed.
"""

import os
from pathlib import Path

DATA = Path(__file__).parent / "data"


def check(name: str, printed: bytes) -> None:
    """Compare what was printed with the file of that name below `tests/data`."""
    path = DATA / name
    if os.environ.get("PALOMAR_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(printed)
    assert printed == path.read_bytes(), f"{name} differs; see tests/golden.py"
