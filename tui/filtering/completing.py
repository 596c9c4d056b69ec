"""What can stand where the cursor is in a text of filter flags: flags, or values of one."""

import shlex
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from observe.flag_table import FLAGS, Flag
from observe.flags import NOT

OFFERED = 50
"""How many candidates are offered at most."""

FLAG_NAMES: dict[str, Flag] = {name: flag for flag in FLAGS for name in flag.names}
RAW = {
    "--allowlist": "Also what a FlowFilter in JSON matches.",
    "--denylist": "Leave out what a FlowFilter in JSON matches.",
}

Values = Callable[[str], Sequence[str]]
"""Gives values that occur of a field of a filter."""


class Candidate(NamedTuple):
    """A word that could stand there, and what it means."""

    word: str
    about: str = ""


class Place(NamedTuple):
    """The word at the cursor of a text: where it begins, its text so far, and the flag whose value
    it is, if it is one.
    """

    text: str
    cursor: int
    start: int
    typed: str = ""
    flag: Flag | None = None


def place(text: str, cursor: int) -> Place:
    """Find the word that ends at the cursor."""
    before = text[:cursor]
    start = _word_start(before)
    typed, previous = before[start:], _last_word(before[:start])
    flag = FLAG_NAMES.get(previous)
    if flag is not None and not flag.switch:
        return Place(text, cursor, start, _unquoted(typed), flag)
    name, equals, value = typed.partition("=")
    if equals and name in FLAG_NAMES:
        return Place(text, cursor, start + len(name) + 1, _unquoted(value), FLAG_NAMES[name])
    return Place(text, cursor, start, typed, None)


def candidates(where: Place, values: Values) -> list[Candidate]:
    """Give what could stand there: what begins with the text so far before what contains it."""
    if where.flag is None:
        return _matching(where.typed, _flags())
    offered = where.flag.choices() or values(where.flag.field)
    return _matching(where.typed, (Candidate(value) for value in offered))


def completed(where: Place, word: str) -> tuple[str, int]:
    """Put a word in place; give the new text, and where the cursor is then."""
    head = f"{where.text[: where.start]}{shlex.quote(word)} "
    return head + where.text[where.cursor :].lstrip(), len(head)


def _flags() -> Iterable[Candidate]:
    yield Candidate(NOT, "Leave out what the next flag matches.")
    yield from (Candidate(flag.name, flag.help) for flag in FLAGS)
    yield from (Candidate(name, about) for name, about in RAW.items())


def _matching(typed: str, offered: Iterable[Candidate]) -> list[Candidate]:
    wanted = typed.lower()
    found = [each for each in offered if wanted in each.word.lower() and each.word != typed]
    found.sort(key=lambda each: not _begins(each.word.lower(), wanted))
    return found[:OFFERED]


def _begins(word: str, wanted: str) -> bool:
    return any(part.startswith(wanted) for part in (word, word.lstrip("-"), word.partition("/")[2]))


def _word_start(text: str) -> int:
    """Find where the last word begins: after the last space that is not quoted."""
    start, quote = 0, ""
    for index, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character.isspace():
            start = index + 1
    return start


def _last_word(text: str) -> str:
    try:
        return (shlex.split(text) or [""])[-1]
    except ValueError:
        return ""


def _unquoted(text: str) -> str:
    return text.strip("'\"")
