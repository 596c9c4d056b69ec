"""Texts remembered by what they were made from, and bounded in size."""

from collections.abc import Callable
from typing import Any

ROOM = 4 << 20
"""Characters that the texts of a memo may have in all; when there are more, it begins anew."""

EACH = 100
"""Characters that a text counts for beside its own: what keeping it takes."""


class Memo(dict[Any, str]):
    """Gives `memo[key]`, which `make` makes of a key that is not known."""

    def __init__(self, make: Callable[[Any], str]) -> None:
        super().__init__()
        self._make = make
        self._room = ROOM

    def __missing__(self, key: Any) -> str:
        text = self._make(key)
        self._room -= len(text) + EACH
        if self._room < 0:
            self.clear()
            self._room = ROOM
        else:
            self[key] = text
        return text
