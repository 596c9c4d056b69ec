"""The table of filter flags: complete, and every row works."""

import pytest

from observe.flag_table import FLAGS, Flag
from observe.flags import parse_filters
from proto.filters import FIELDS, predicate
from tests.observe.flag_samples import SAMPLES


@pytest.mark.parametrize("flag", FLAGS, ids=lambda flag: str(flag.name))
def test_every_flag_makes_a_filter_that_can_be_built(flag: object) -> None:
    assert isinstance(flag, type(FLAGS[0]))
    for name in flag.names:
        value = [] if flag.switch else [SAMPLES.get(flag.field, "a")]
        allow, deny = parse_filters([name, *value])
        assert predicate(allow, deny) is not None
        assert len(allow) == (2 if flag.end == "either" else 1)


def test_every_field_has_a_flag() -> None:
    covered = {flag.fields(side) for flag in FLAGS for side in ("source", "destination")}
    assert {field.name for field in FIELDS} == covered - {
        "source_namespace",
        "destination_namespace",
    }


def test_no_name_is_given_twice() -> None:
    names = [name for flag in FLAGS for name in flag.names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "flag", [flag for flag in FLAGS if flag.choices()], ids=lambda flag: str(flag.name)
)
def test_every_choice_is_a_value(flag: Flag) -> None:
    for choice in flag.choices():
        allow, _ = parse_filters([flag.name, choice])
        assert predicate(allow, []) is not None
