"""FlowFilters as JSON, shown and given back."""

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observe.flag_table import FLAGS
from observe.flags import parse_filters
from observe.raw_filters import raw_filters_text, read_filters
from proto.flow_pb2 import DROPPED, FlowFilter
from tests.factories import flow_filters
from tests.observe.flag_samples import SAMPLES


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "{}\n"),
        ("--uuid u", 'allowlist:\n    - \'{"uuid":["u"]}\'\n'),
        ('--not --uuid "it\'s"', "denylist:\n    - '{\"uuid\":[\"it''s\"]}'\n"),
    ],
)
def test_raw_filters_are_shown_as_yaml(text: str, shown: str) -> None:
    assert raw_filters_text(*parse_filters(text)) == shown


@given(st.lists(st.sampled_from(FLAGS), min_size=1, max_size=4), st.data())
def test_shown_filters_can_be_given_back(flags: list[object], data: st.DataObject) -> None:
    args: list[str] = []
    for flag in flags:
        assert isinstance(flag, type(FLAGS[0]))
        args += ["--not"] * data.draw(st.booleans()) + [flag.name]
        args += [] if flag.switch else [SAMPLES.get(flag.field, "it's\x1b")]
    try:
        allow, deny = parse_filters(args)
    except click.UsageError:
        return
    items = raw_filters_text(allow, deny).replace("''", "'").splitlines()
    texts = [line.removeprefix("    - '").removesuffix("'") for line in items if line[:1] == " "]
    again = [f"--allowlist={text}" for text in texts[: len(allow)]]
    again += [f"--denylist={text}" for text in texts[len(allow) :]]
    assert parse_filters(again) == (allow, deny)


@given(flow_filters())
def test_any_filter_can_be_read_back(one: FlowFilter) -> None:
    [_, item] = raw_filters_text([one], []).splitlines()
    text = item.removeprefix("    - '").removesuffix("'").replace("''", "'")
    assert read_filters([text]) == [one]


def test_a_text_may_hold_several_filters() -> None:
    texts = ['{"source_pod": ["a"]} {"sourcePod": ["b"]}', " ", '{"verdict": ["DROPPED"]}']
    assert read_filters(texts) == [
        FlowFilter(source_pod=["a"]),
        FlowFilter(source_pod=["b"]),
        FlowFilter(verdict=[DROPPED]),
    ]


@pytest.mark.parametrize("text", ["nope", "[]", "1", '{"nosuch": 1}', '{"verdict": ["X"]}', "{} {"])
def test_what_is_no_filter_is_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="is not") as refusal:
        read_filters([text])
    assert repr(text) in str(refusal.value)
    assert "\n" not in str(refusal.value)
