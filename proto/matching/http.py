"""Matching HTTP records: status, method, path, URL, headers. A flow without one has None."""

import re
from collections.abc import Callable, Sequence

from proto.flow_pb2 import HTTP, HTTPHeader
from proto.matching.regexes import searching
from proto.matching.request_uri import path_of

_STATUS = re.compile(r"[1-5][0-9]{2}|[1-5][0-9]?\+")


def statuses(values: Sequence[str]) -> Callable[[HTTP | None], bool]:
    """Match a response's status: a whole one (`404`), or what it begins with (`5+`, `40+`)."""
    for value in values:
        if not _STATUS.fullmatch(value):
            raise ValueError(f"{value!r} is not a status such as 404, 40+ or 5+")
    full = frozenset(values)
    prefixes = tuple(value[:-1] for value in values if value.endswith("+"))

    def matches(http: HTTP | None) -> bool:
        if http is None or not http.code:
            return False
        status = f"{http.code:03}"
        return status in full or status.startswith(prefixes)

    return matches


def methods(values: Sequence[str]) -> Callable[[HTTP | None], bool]:
    """Match a method without regard to case; a record without one never matches."""
    names = frozenset(value.lower() for value in values if value)
    return lambda http: http is not None and http.method.lower() in names


def paths(values: Sequence[str]) -> Callable[[HTTP | None], bool]:
    """Match a URL's decoded path by expressions; one that no request may carry has none."""
    found = searching(values)

    def matches(http: HTTP | None) -> bool:
        path = path_of(http.url) if http is not None else None
        return path is not None and found(path)

    return matches


def urls(values: Sequence[str]) -> Callable[[HTTP | None], bool]:
    """Match a whole URL, as it was seen, by expressions."""
    found = searching(values)
    return lambda http: http is not None and http.url != "" and found(http.url.encode())


def headers(values: Sequence[HTTPHeader]) -> Callable[[HTTP | None], bool]:
    """Match a record that has one of the headers, key and value exactly."""
    wanted = frozenset((value.key, value.value) for value in values)
    return lambda http: (
        http is not None and any((header.key, header.value) in wanted for header in http.headers)
    )
