import json

import pytest

from proto.escape import escape, escape_json
from tests.messages import HOSTILE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("plain text, é, 漢字, \U0001f600", "plain text, é, 漢字, \U0001f600"),
        ("a\u00a0b", "a\u00a0b"),
        ("\x1b[31m", "^[[31m"),
        ("\x00\x07", "^@^G"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("\x7f", "^?"),
        ("\x85\x9b", "\\u0085\\u009b"),
        ("\u202etxt.exe\u2066", "\\u202etxt.exe\\u2066"),
        ("\u2028\u2029\u061c\u200e\u200f", "\\u2028\\u2029\\u061c\\u200e\\u200f"),
        ("\udcff", "\\udcff"),
    ],
)
def test_what_a_terminal_obeys_is_shown_instead(text: str, shown: str) -> None:
    assert escape(text) == shown


def test_nothing_is_escaped_twice() -> None:
    assert escape(escape(HOSTILE)) == escape(HOSTILE)


def test_json_keeps_its_meaning() -> None:
    line = json.dumps({"a": HOSTILE}, ensure_ascii=False)
    escaped = escape_json(line)
    assert escaped.isascii()
    assert json.loads(escaped) == {"a": HOSTILE}


def test_json_without_anything_unsafe_stays_as_it_is() -> None:
    line = '{"a":"é"}'
    assert escape_json(line) == line
