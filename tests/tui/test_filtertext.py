import pytest

from tui.filtertext import FilterText, InvalidText


def test_a_text_means_what_it_means_on_the_command_line() -> None:
    filters = FilterText.read(" --from-pod shop/cart --verdict DROPPED --not --port 53 ")
    assert filters.text == "--from-pod shop/cart --verdict DROPPED --not --port 53"
    assert [each.source_pod for each in filters.allow] == [["shop/cart"]]
    assert len(filters.deny) == 2


def test_no_text_means_all_flows() -> None:
    assert FilterText.read("  ") == FilterText()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("--verdict x", "'x' is not a verdict"),
        ("--nothing", "No such option"),
        ("shop/cart", "unexpected extra argument"),
        ("--pod", "requires an argument"),
        ("'", "No closing quotation"),
        ("--http-path '('", "http_path"),
        ("--from-ip 10.0.0.0/99", "10.0.0.0/99"),
        ("--cel-expression '1 +'", "cel_expression"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(text: str, said: str) -> None:
    with pytest.raises(InvalidText, match=said) as caught:
        FilterText.read(text)
    assert "\n" not in str(caught.value)
