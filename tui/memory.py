"""What the dashboard remembers from one run to the next; the file may be missing or broken."""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Self

HISTORY = 100
"""How many filters are remembered."""


@dataclass(frozen=True)
class Memory:
    """What is remembered. `history` has the newest filter last, `saved` filters by their names,
    `hidden` the names of columns that are not wanted.
    """

    theme: str = ""
    mode: str = ""
    hidden: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    saved: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, found: object) -> Self:
        """Take over what makes sense of what a file holds; the rest is as at first."""
        known = found if isinstance(found, Mapping) else {}
        start = asdict(cls())
        return cls(**{name: known[name] for name in start if _fits(known.get(name), start[name])})

    def used(self, text: str) -> Self:
        """Remember a filter as the one that was used last."""
        others = [each for each in self.history if each != text]
        return replace(self, history=[*others, text][-HISTORY:])

    def in_theme(self, theme: str) -> Self:
        """Remember the theme."""
        return replace(self, theme=theme)

    def in_mode(self, mode: str) -> Self:
        """Remember the mode that is shown."""
        return replace(self, mode=mode)

    def without_columns(self, names: list[str]) -> Self:
        """Remember which columns are not wanted."""
        return replace(self, hidden=names)

    def named(self, name: str, text: str) -> Self:
        """Save a filter under a name; one without a text is forgotten."""
        saved = {key: value for key, value in self.saved.items() if key != name}
        return replace(self, saved=saved | ({name: text} if text else {}))


def _fits(value: object, like: object) -> bool:
    if isinstance(like, dict):
        return isinstance(value, dict) and _texts([*value.keys(), *value.values()])
    return isinstance(value, type(like)) and (not isinstance(value, list) or _texts(value))


def _texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def default_path() -> Path:
    """Give the file: `palomar/dashboard.json` in XDG's folder for state."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home, "palomar", "dashboard.json")


class Remembered:
    """The memory of this run, and its file. A file that cannot be written is done without."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self.now = self._read()

    def change(self, change: Callable[[Memory], Memory]) -> None:
        """Change what is remembered, here and in the file. What others have written there
        meanwhile stays."""
        with suppress(OSError):
            self.now = self._read() if self.path.exists() else self.now
            changed = change(self.now)
            if changed != self.now:
                self.now = changed
                self._write()

    def _read(self) -> Memory:
        try:
            return Memory.of(json.loads(self.path.read_text()))
        except (OSError, ValueError):
            return Memory()

    def _write(self) -> None:
        """Write the file beside its place and then move it there, so that it is always whole."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=self.path.parent, delete=False) as file:
            json.dump({each.name: getattr(self.now, each.name) for each in fields(Memory)}, file)
        os.replace(file.name, self.path)
