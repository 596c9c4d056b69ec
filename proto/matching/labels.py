"""Matching labels by Kubernetes selectors, in which a label's source may precede its key."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from proto.flow_pb2 import Endpoint
from proto.matching.addresses import prefix
from proto.matching.selectors import ANY_SOURCE, Requirement, parse

REMEMBERED = 16_384
"""Sets of labels of which a matcher remembers whether they are selected: they repeat a lot."""

NO_SOURCE = "unspec"
"""The source of a label that names none."""


class Label(NamedTuple):
    """A label taken apart: `source:key=value`."""

    source: str
    key: str
    value: str


def endpoint_labels(selectors: Sequence[str]) -> Callable[[Endpoint | None], bool]:
    """Match an endpoint by its labels; an absent one has none, which `!key` selects."""
    selected = labels(selectors)
    return lambda end: selected(end.labels if end is not None else ())


def labels(selectors: Sequence[str]) -> Callable[[Sequence[str]], bool]:
    """Match labels that one of the selectors selects; the empty selector selects everything."""
    wanted = [parse(selector) for selector in selectors]

    @lru_cache(REMEMBERED)
    def matches(texts: tuple[str, ...]) -> bool:
        # Sorted by key, and stable: of labels that differ in source only, the first decides.
        parsed = sorted(map(label, texts), key=lambda each: each.key)
        return any(all(_met(term, parsed) for term in terms) for terms in wanted)

    return lambda texts: matches(tuple(texts))


def label(text: str) -> Label:
    """Take a label apart; `$host` and `reserved.host` are old ways of writing `reserved:host`."""
    source, rest = _source(text)
    key, _, value = rest.partition("=")
    if source == "reserved" and not key:
        key, value = value, ""
    return Label(source or NO_SOURCE, key, value)


def _source(text: str) -> tuple[str, str]:
    if text.startswith("$"):
        return "reserved", text[1:]
    source, colon, rest = text.partition(":")
    if colon:
        return source, rest
    return ("reserved", text[9:]) if text.startswith("reserved.") else ("", text)


def _met(term: Requirement, parsed: Sequence[Label]) -> bool:
    return term.holds(next((each.value for each in parsed if _is_meant(term, each)), None))


def _is_meant(term: Requirement, each: Label) -> bool:
    if term.source not in (ANY_SOURCE, each.source):
        return False
    return term.key == each.key or (term.source == "cidr" and _lies_in(each.key, term.key))


def _lies_in(inner: str, outer: str) -> bool:
    """Tell whether one CIDR label's prefix lies in another's; `-` stands for `:` in them."""
    try:
        small, large = (prefix(text.replace("-", ":")) for text in (inner, outer))
    except ValueError:
        return False
    return small.prefixlen >= large.prefixlen and small.network_address in large
