"""Reading Kubernetes label selectors: terms joined by commas that mean AND.

A term is `a=b`, `a==b`, `a!=b`, `a in (x, y)`, `a notin (x)`, `a>1`, `a<1`, `a` or `!a`. See
https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

ANY_SOURCE = "any"
"""The source that stands for every source of a label; that of a key which names none."""

_TOKEN = re.compile(r"[ \t\r\n]*(==|!=|[=!<>(),]|[^ \t\r\n=!<>(),]+|$)")
_NAME = r"(?=.{1,63}$)[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?"
_DOMAIN = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*"
_KEY = re.compile(rf"(?:(?=[^/]{{1,253}}/){_DOMAIN}/)?{_NAME}")
_VALUE = re.compile(rf"(?:{_NAME})?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")

Test = Callable[[str | None], bool]
"""Judges the value of a label; None says that the label is not there."""


class Requirement(NamedTuple):
    """One term of a selector: what the value of the label with this source and key must be."""

    source: str
    key: str
    holds: Test


def parse(selector: str) -> list[Requirement]:
    """Read a selector; an empty one has no terms. ValueError, which quotes it, for what is none."""
    try:
        tokens = _TOKEN.findall(selector)
        return _terms(tokens) if any(tokens) else []
    except ValueError as error:
        raise ValueError(f"{selector!r} is not a label selector: {error}") from None


def _terms(tokens: list[str]) -> list[Requirement]:
    """Take one term after the other off the front of the tokens, of which the last is empty."""
    terms = []
    while True:
        terms.append(_term(tokens))
        separator = tokens.pop(0)
        if not separator:
            return terms
        if separator != ",":
            raise ValueError(f"unexpected {separator!r}")


def _term(tokens: list[str]) -> Requirement:
    absent = tokens[0] == "!"
    source, key = _key(tokens.pop(1 if absent else 0))
    if absent:
        tokens.pop(0)
        return Requirement(source, key, lambda value: value is None)
    if tokens[0] in ("", ","):
        return Requirement(source, key, lambda value: value is not None)
    operator = tokens.pop(0)
    try:
        return Requirement(source, key, _OPERATORS[operator](tokens))
    except KeyError:
        raise ValueError(f"unexpected {operator!r}") from None


def _key(text: str) -> tuple[str, str]:
    """Split a key from its source; joined by a dot they must be a Kubernetes key."""
    source, colon, key = text.partition(":")
    if not colon:
        source, key = ANY_SOURCE, text
    if not _KEY.fullmatch(f"{source}.{key}"):
        raise ValueError(f"{text!r} is not a key")
    # A dotted source counts up to its first dot only.
    source, _, key = f"{source}.{key}".partition(".")
    return (ANY_SOURCE if source == "unspec" else source), key


def _value(text: str) -> str:
    if not _VALUE.fullmatch(text):
        raise ValueError(f"{text!r} is not a value")
    return text


def _one(tokens: list[str]) -> str:
    return "" if tokens[0] in ("", ",") else _value(tokens.pop(0))


def _listed(tokens: list[str]) -> frozenset[str]:
    """Take `(x, y)`; an empty place in it is the empty value."""
    text = "".join(tokens)
    if tokens.pop(0) != "(" or ")" not in tokens:
        raise ValueError("expected values in parentheses")
    values = [""]
    while (token := tokens.pop(0)) != ")":
        if token == ",":
            values.append("")
        elif values[-1]:
            raise ValueError(f"unexpected {token!r} in {text!r}")
        else:
            values[-1] = _value(token)
    return frozenset(values)


def _number(tokens: list[str]) -> int:
    text = _one(tokens)
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"{text!r} is not a number")
    return int(text)


def _integer(value: str | None) -> int | None:
    return int(value) if value is not None and _INTEGER.fullmatch(value) else None


def _equals(tokens: list[str]) -> Test:
    wanted = _one(tokens)
    return lambda value: value == wanted


def _differs(tokens: list[str]) -> Test:
    unwanted = _one(tokens)
    return lambda value: value != unwanted


def _is_in(tokens: list[str]) -> Test:
    return _listed(tokens).__contains__


def _is_not_in(tokens: list[str]) -> Test:
    unwanted = _listed(tokens)
    return lambda value: value not in unwanted


def _is_over(tokens: list[str]) -> Test:
    bound = _number(tokens)
    return lambda value: (number := _integer(value)) is not None and number > bound


def _is_under(tokens: list[str]) -> Test:
    bound = _number(tokens)
    return lambda value: (number := _integer(value)) is not None and number < bound


_OPERATORS: dict[str, Callable[[list[str]], Test]] = {
    "=": _equals,
    "==": _equals,
    "!=": _differs,
    "in": _is_in,
    "notin": _is_not_in,
    ">": _is_over,
    "<": _is_under,
}
