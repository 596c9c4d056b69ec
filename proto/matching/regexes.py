"""Matching by regular expression: RE2, whose time grows with the text only and never explodes.

RE2 is loaded with the first expression. It is handed bytes: that spares its binding a conversion to
and fro.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re2

MOST_MEMORY = 1 << 20
"""Bytes that one compiled expression may take."""

MOST_EXPRESSIONS = 100
"""Expressions that one field may have; each is tried in turn."""

MOST_GLOBS = 1_000
"""Globs that one field may have; they take less room than expressions that people write."""


def searching(patterns: Sequence[str]) -> Callable[[bytes], bool]:
    """Match a text in which one of the expressions is found, anywhere."""
    at_most(MOST_EXPRESSIONS, patterns)
    searches = [_compiled(pattern).search for pattern in patterns]
    return lambda text: any(search(text) is not None for search in searches)


def whole(patterns: Sequence[str]) -> Callable[[bytes], bool]:
    """Match a text that one of the expressions, which must be valid, describes from end to end."""
    at_most(MOST_GLOBS, patterns)
    matches = [_compiled(pattern).fullmatch for pattern in patterns]
    return lambda text: any(match(text) is not None for match in matches)


def dns_queries(patterns: Sequence[str]) -> Callable[[str | None], bool]:
    """Match the name asked for in a DNS record, anywhere in it."""
    found = searching(patterns)
    return lambda query: query is not None and found(query.encode())


def at_most(number: int, values: Sequence[str]) -> None:
    """Raise ValueError if there are more values than that."""
    if len(values) > number:
        raise ValueError(f"{len(values)} values are more than {number}")


def _compiled(pattern: str) -> "re2._Regexp":
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = MOST_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        # Said as bytes: what is wrong, a colon, and the part of the expression where it is.
        reason = error.args[0].decode(errors="replace").partition(":")[0]
        raise ValueError(f"{pattern!r} is not a regular expression: {reason}") from None
