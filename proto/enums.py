"""Names of enum values."""

from functools import cache
from typing import Any

from google.protobuf.descriptor import EnumDescriptor


def enum_name(enum: Any, number: int) -> str:
    """Name a value of a generated enum; a number that this version does not know stays a number."""
    return enum_names(enum.DESCRIPTOR).get(number) or str(number)


@cache
def enum_names(enum: EnumDescriptor) -> dict[int, str]:
    """Give the names of an enum's values, by number."""
    return {value.number: value.name for value in reversed(enum.values)}
