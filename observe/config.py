"""Settings from a file and from the environment.

What is given on the command line counts first, then the environment (`PALOMAR_SERVER`, or
`HUBBLE_SERVER` as people may have it set already), then the file, then the default.

The file is TOML, which Python reads by itself. Its keys are the long flags; a table named as a
command is for that command alone:

    server = "relay.example:4245"
    tls = true

    [observe]
    output = "dict"
"""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

PREFIXES = ("PALOMAR", "HUBBLE")
"""First words of environment variables; the first that is set counts."""


class ConfigError(ValueError):
    """A file that cannot be used. The text is one line that names it."""


def default_path() -> "Path":
    """Give the file that is read unless another is named: `palomar/config.toml` below XDG's."""
    from pathlib import Path  # help does without

    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home, "palomar", "config.toml")


def environment(flag: str) -> list[str]:
    """Name the variables that stand for a long flag: `tls-server-name`, PALOMAR_TLS_SERVER_NAME."""
    name = flag.removeprefix("--").replace("-", "_").upper()
    return [f"{prefix}_{name}" for prefix in PREFIXES]


def defaults(path: "Path | None", command: str, flags: Iterable[str]) -> dict[str, Any]:
    """Read the defaults of a command's parameters, by their names, from a file.

    With None the default file is read if there is one. `flags` are the command's long flags; what
    stands above the tables may be for other commands. Raise ConfigError.
    """
    if path is None and not default_path().is_file():
        return {}
    file = path or default_path()
    found = _read(file)
    known = {flag.removeprefix("--") for flag in flags}
    own = found.get(command, {})
    if not isinstance(own, Mapping):
        raise ConfigError(f"{file}: {command} is not a table")
    if strange := sorted(own.keys() - known):
        raise ConfigError(f"{file}: [{command}] has no flag {strange[0]!r}")
    shared = {key: value for key, value in found.items() if key in known}
    return {key.replace("-", "_"): value for key, value in (shared | dict(own)).items()}


def _read(file: "Path") -> dict[str, Any]:
    import tomllib  # only who has a file pays for it

    try:
        return tomllib.loads(file.read_text())
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None
    except ValueError as error:
        raise ConfigError(f"{file}: {error}") from None
