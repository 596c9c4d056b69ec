"""Matching by glob: fully qualified domain names, and nodes as `cluster/node`.

A `*` stands for any number of lower-case letters, digits, hyphens and dots. Patterns are trimmed,
folded to lower case and lose one trailing dot; the names they are held against are taken as they
are.
"""

import re
from collections.abc import Callable, Sequence

from proto.matching.regexes import whole

DEFAULT_CLUSTER = "default"
"""The cluster of a node whose name does not say one."""

ANY_NAME = r"[-0-9_a-z]+(?:\.[-0-9_a-z]+)*"
"""What an empty half of a node pattern stands for."""


def domains(values: Sequence[str]) -> Callable[[Sequence[str]], bool]:
    """Match the names of an end of which one fits one of the globs."""
    fits = whole([_glob(value, value) for value in values])
    return lambda names: any(fits(name.encode()) for name in names)


def nodes(values: Sequence[str]) -> Callable[[str], bool]:
    """Match a node's name that fits one of the globs `[cluster/]node` or `cluster/`."""
    fits = whole([_node(value) for value in values])
    return lambda name: name != "" and fits(_with_cluster(name).encode())


def _with_cluster(name: str) -> str:
    return name if "/" in name else f"{DEFAULT_CLUSTER}/{name}"


def _node(value: str) -> str:
    halves = value.split("/")
    if not value or len(halves) > 2:
        raise ValueError(f"{value!r} is not [CLUSTER/]NODE")
    cluster, node = ["", *halves][-2:]
    return "/".join(_glob(half, value) if half else ANY_NAME for half in (cluster, node))


def _glob(text: str, value: str) -> str:
    """Give the expression of a glob; `value` is what a complaint quotes."""
    pattern = text.strip().removesuffix(".").lower()
    if not pattern or pattern.endswith(".") or re.search(r"[^-0-9a-z_.*]", pattern):
        raise ValueError(f"{value!r} is not a pattern of letters, digits, '-', '_', '.' and '*'")
    return pattern.replace(".", r"\.").replace("*", "[-.0-9a-z]*")
