"""Values as JSON: scalars by the type of their field, and messages with a form of their own."""

import base64
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson
from google.protobuf import any_pb2, field_mask_pb2, json_format, wrappers_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.timestamp_pb2 import Timestamp

from proto.timestamps import EARLIEST_NS, SECOND, is_valid

SECONDS = 4096
"""How many seconds are remembered with their text."""

TIMES = 64
"""How many times are remembered: a flow's is that of its envelope, too."""

YEAR_ONE = datetime(1, 1, 1)


def quoted(value: Any) -> str:
    """Write a string, or what else JSON has a form for."""
    return orjson.dumps(value).decode()


def _whole(value: int) -> str:
    """Write a 64-bit integer."""
    return f'"{value}"'


def _double(value: float) -> str:
    if math.isfinite(value):
        return quoted(value)
    return '"NaN"' if math.isnan(value) else '"Infinity"' if value > 0 else '"-Infinity"'


@lru_cache(maxsize=TIMES)
def _time(serialized: bytes) -> str:
    """Write a Timestamp as RFC 3339 in UTC with 0, 3, 6 or 9 digits; null where it is not one."""
    value = Timestamp.FromString(serialized)
    if not is_valid(value):
        return "null"
    nanos = value.nanos
    if not nanos:
        return f'"{_second(value.seconds)}Z"'
    digits = f"{nanos:09d}"
    if digits.endswith("000"):
        digits = digits[:3] if digits.endswith("000000") else digits[:6]
    return f'"{_second(value.seconds)}.{digits}Z"'


@lru_cache(maxsize=SECONDS)
def _second(seconds: int) -> str:
    return (YEAR_ONE + timedelta(seconds=seconds - EARLIEST_NS // SECOND)).isoformat()


def _any(serialized: bytes) -> str:
    """Write an Any by its own fields, or as base64 where its type is not known here."""
    value = any_pb2.Any.FromString(serialized)
    try:
        known = json_format.MessageToDict(value, preserving_proto_field_name=True)
    except (TypeError, ValueError):
        known = {"@type": value.type_url, "value": base64.b64encode(value.value).decode()}
    return quoted(known)


def _mask(serialized: bytes) -> str:
    return quoted(",".join(field_mask_pb2.FieldMask.FromString(serialized).paths))


def _wrapped(kind: Any) -> Callable[[bytes], str]:
    """Make the writer of a message that only wraps a value."""
    return lambda serialized: quoted(kind.FromString(serialized).value)


SCALARS: dict[int, Callable[[Any], str]] = {
    FieldDescriptor.TYPE_BOOL: quoted,
    FieldDescriptor.TYPE_BYTES: lambda value: f'"{base64.b64encode(value).decode()}"',
    FieldDescriptor.TYPE_DOUBLE: _double,
    FieldDescriptor.TYPE_INT32: str,
    FieldDescriptor.TYPE_INT64: _whole,
    FieldDescriptor.TYPE_STRING: quoted,
    FieldDescriptor.TYPE_UINT32: str,
    FieldDescriptor.TYPE_UINT64: _whole,
}
"""Writers of scalars, by the type of the field."""

WELL_KNOWN: dict[str, Callable[[bytes], str]] = {
    "google.protobuf.Any": _any,
    "google.protobuf.BoolValue": _wrapped(wrappers_pb2.BoolValue),
    "google.protobuf.FieldMask": _mask,
    "google.protobuf.Int32Value": _wrapped(wrappers_pb2.Int32Value),
    "google.protobuf.Timestamp": _time,
    "google.protobuf.UInt32Value": _wrapped(wrappers_pb2.UInt32Value),
}
"""Writers of the messages that JSON writes in a form of their own, from their bytes."""
