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

COMMANDS = {
    "observe": "observe.cli",
    "status": "observe.status",
    "list": "observe.listing",
    "top": "observe.top.cli",
    "map": "observe.map.cli",
}
"""The commands whose flags may stand above the tables, and the modules that have them."""

TABLES = {*COMMANDS, "tui", "keys"}
"""The tables of a file. `keys` has the keys of the dashboard."""


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
    stands above the tables may be for other commands, and what stands in its table for those below
    it. Raise ConfigError.
    """
    if path is None and not default_path().is_file():
        return {}
    file = path or default_path()
    found = _read(file)
    known = {flag.removeprefix("--") for flag in flags}
    own = found.get(command, {})
    if not isinstance(own, Mapping):
        raise ConfigError(f"{file}: {command} is not a table")
    if strange := _strange(own, known, command):
        raise ConfigError(f"{file}: [{command}] has no flag {strange!r}")
    shared = {key: value for key, value in found.items() if key not in TABLES}
    if strange := _strange(shared, known, *COMMANDS):
        raise ConfigError(f"{file}: {strange!r} is neither a flag nor a table of any command")
    given = shared | dict(own)
    return {key.replace("-", "_"): value for key, value in given.items() if key in known}


def _strange(given: Mapping[str, Any], known: set[str], *commands: str) -> str | None:
    """Find a key that is neither known nor a flag of one of the commands."""
    left = given.keys() - known
    for command in commands if left else ():
        left -= _flags(command)
    return min(left, default=None)


def _flags(command: str) -> set[str]:
    """Name the long flags of a command and of those below it; none of one that is not here."""
    if command not in COMMANDS:
        return set()
    from importlib import import_module  # only who has a key for another command pays for it

    commands = [import_module(COMMANDS[command]).main]
    for each in commands:
        commands += getattr(each, "commands", {}).values()
    names = (name for each in commands for param in each.params for name in param.opts)
    return {name.removeprefix("--") for name in names if name.startswith("--")}


def _read(file: "Path") -> dict[str, Any]:
    import tomllib  # only who has a file pays for it

    try:
        return tomllib.loads(file.read_text())
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None
    except ValueError as error:
        raise ConfigError(f"{file}: {error}") from None
