"""Regular expressions by RE2."""

import pytest

from proto.matching.regexes import dns_queries, searching


@pytest.mark.parametrize(
    ("patterns", "text", "found"),
    [
        (["foo"], "a foo b", True),
        (["^foo$"], "a foo b", False),
        (["nope", r"\d+"], "page 7", True),
        (["(?i)FOO"], "foo", True),
        ([""], "", True),
        (["ä"], "bär", True),
        (["^.$"], "ä", True),
    ],
)
def test_an_expression_is_found_anywhere(patterns: list[str], text: str, found: bool) -> None:
    assert searching(patterns)(text.encode()) is found


@pytest.mark.parametrize("pattern", ["(", "[", "*", "a{2,1}", r"(a)\1", "(?=a)", "a{1001}"])
def test_what_is_no_expression_is_said_without_a_word_on_stderr(
    pattern: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError, match="is not a regular expression: ") as refusal:
        searching(["a", pattern])
    assert repr(pattern) in str(refusal.value)
    assert capfd.readouterr() == ("", "")


def test_a_dns_query_is_searched_and_a_missing_record_is_not() -> None:
    assert dns_queries([r"\.example\."])("www.example.com.")
    assert dns_queries([""])("")
    assert not dns_queries([""])(None)
