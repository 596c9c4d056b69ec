"""Versions: Palomar's own, and that of the Hubble API it speaks."""

import re

VERSION = "0.1.0"
"""Version of Palomar, which `pyproject.toml` takes from here."""

API_VERSION = "1.19.4"
"""Version of the Hubble API that the contract in `proto/` was written to."""


def release(text: str) -> tuple[int, int] | None:
    """Read major and minor out of a version such as `v1.19.4+g1a2b3c`; None where it has none."""
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else None


def older(server: str) -> bool:
    """Tell whether a server is older than the API spoken here; an unreadable version is not."""
    its, ours = release(server), release(API_VERSION)
    return its is not None and ours is not None and its < ours
