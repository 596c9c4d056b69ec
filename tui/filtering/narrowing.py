"""Filters made narrower by a cell of the flow list, as texts of filter flags."""

import shlex
from collections.abc import Iterable, Sequence

from observe.flags import NOT, flag_groups, parse_filters

Words = tuple[str, ...]


def narrowed(text: str, words: Words) -> str:
    """Let through only what the flag in `words` matches; it takes the place of the same flag."""
    groups = [group for group in flag_groups(text) if _name(group[0]) != _name(words[0])]
    return _joined([*groups, words])


def without(text: str, words: Words) -> str:
    """Leave out also what the flag in `words` matches.

    Flags after `--not` make one filter, in which different fields must all match. A second field
    is therefore left out by a list of its own.
    """
    groups = flag_groups(text)
    fields = {_name(group[1]) for group in groups if _name(group[0]) == NOT}
    if fields <= {_name(words[0])}:
        return _joined([*groups, (NOT, *words)])
    from proto.jsonlines import to_json

    filters, _ = parse_filters(words)
    return _joined([*groups, *(("--denylist", to_json(each).decode()) for each in filters)])


def _name(word: str) -> str:
    return word.partition("=")[0]


def _joined(groups: Iterable[Sequence[str]]) -> str:
    return shlex.join(word for group in groups for word in group)
