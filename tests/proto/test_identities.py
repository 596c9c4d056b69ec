"""Reserved identities."""

from proto.identities import NAMES, RESERVED


def test_names_and_numbers_are_each_other_s() -> None:
    assert {NAMES[number]: number for number in NAMES} == RESERVED
    assert sorted(RESERVED.values()) == list(range(1, len(RESERVED) + 1))
