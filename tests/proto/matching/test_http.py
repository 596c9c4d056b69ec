"""HTTP records."""

from collections.abc import Callable

import pytest

from proto.flow_pb2 import HTTP, HTTPHeader
from proto.matching import http


@pytest.mark.parametrize(
    ("value", "code", "matches"),
    [
        ("404", 404, True),
        ("404", 403, False),
        ("4+", 404, True),
        ("40+", 404, True),
        ("40+", 414, False),
        ("5+", 404, False),
        ("1+", 7, False),
        ("5+", 50, False),
        ("2+", 2000, True),
        ("5+", 0, False),
    ],
)
def test_statuses(value: str, code: int, matches: bool) -> None:
    assert http.statuses([value, "599"])(HTTP(code=code)) is matches


@pytest.mark.parametrize("value", ["", "+", "9x", "600", "099", "4", "404+", "40", " 404", "4++"])
def test_what_is_no_status(value: str) -> None:
    with pytest.raises(ValueError, match="is not a status") as refusal:
        http.statuses(["404", value])
    assert repr(value) in str(refusal.value)


def test_methods_have_no_case_and_are_never_empty() -> None:
    matches = http.methods(["Get", ""])
    assert matches(HTTP(method="GET"))
    assert not matches(HTTP(method="POST"))
    assert not matches(HTTP())


def test_paths_are_searched_decoded_and_without_the_query() -> None:
    matches = http.paths(["^/a b$", "/[0-9]$"])
    assert matches(HTTP(url="http://web/a%20b?x"))
    assert matches(HTTP(url="/v1/7"))
    assert not matches(HTTP(url="/v1/7#top"))
    assert not matches(HTTP(url="/v1?x=/7"))
    assert not matches(HTTP(url="web/7"))
    assert not http.paths([".*"])(HTTP())


def test_urls_are_searched_whole() -> None:
    assert http.urls([r"\?x=1"])(HTTP(url="/a?x=1"))
    assert http.urls(["a%20b"])(HTTP(url="/a%20b"))
    assert not http.urls(["^a"])(HTTP(url="/a"))
    assert not http.urls([".*"])(HTTP())


def test_headers_are_exact() -> None:
    record = HTTP(headers=[HTTPHeader(key="foo", value="bar"), HTTPHeader(key="x-empty")])
    assert http.headers([HTTPHeader(key="foo", value="bar")])(record)
    assert http.headers([HTTPHeader(key="no"), HTTPHeader(key="x-empty")])(record)
    assert not http.headers([HTTPHeader(key="foo")])(record)
    assert not http.headers([HTTPHeader(key="Foo", value="bar")])(record)
    assert not http.headers([HTTPHeader(key="foo", value="ba")])(record)


@pytest.mark.parametrize(
    "matches",
    [
        http.statuses(["2+"]),
        http.methods(["GET"]),
        http.paths([".*"]),
        http.urls([".*"]),
        http.headers([HTTPHeader()]),
    ],
)
def test_a_flow_without_a_record_matches_nothing(matches: Callable[[None], bool]) -> None:
    assert not matches(None)
