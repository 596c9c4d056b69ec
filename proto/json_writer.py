"""Messages out as JSON, as Hubble prints them, from converters made once for each message type.

Field names as in the schema and in the order in which it declares them, enum values by name,
64-bit integers as strings, times as RFC 3339. What `google.protobuf.json_format` says is the rule
and a test holds this writer to it; it is here because it is four times as fast.
"""

import base64
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

import orjson
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from proto import flow_pb2
from proto.enums import enum_names
from proto.escape import escape_json
from proto.timestamps import EARLIEST_NS, SECOND, is_valid

Convert = Callable[[Any], Any]

FRAGMENTS = 16_384
"""How many JSON texts of sub-messages are kept for flows to come."""

SECONDS = 4096
"""How many seconds are remembered with their text."""

REPEATING: dict[str, type[Message]] = {
    made.DESCRIPTOR.full_name: made
    for made in (
        flow_pb2.CiliumEventType,
        flow_pb2.Emitter,
        flow_pb2.Endpoint,
        flow_pb2.IP,
        flow_pb2.NetworkInterface,
        flow_pb2.Service,
    )
}
"""Sub-messages of which a cluster has few and its flows show many: their JSON is kept."""

YEAR_ONE = datetime(1, 1, 1)


def to_json(message: Message) -> bytes:
    """Write a message as one line of JSON, without the newline, safe to show on a terminal."""
    return escape_json(orjson.dumps(_fields(message)))


def _fields(message: Message) -> dict[str, Any]:
    """Convert the fields that are set, in the order of their declaration."""
    row = _converters(message.DESCRIPTOR)
    made: dict[str, Any] = {}
    for field, value in sorted(message.ListFields(), key=_declared):
        name, convert = row[field.number]
        made[name] = convert(value) if convert else value
    return made


def _declared(pair: tuple[FieldDescriptor, Any]) -> int:
    return pair[0].index


@cache
def _converters(descriptor: Descriptor) -> dict[int, tuple[str, Convert | None]]:
    """Give for each field number its name and its converter, or None where the value will do."""
    return {field.number: (field.name, _field(field)) for field in descriptor.fields}


def _field(field: FieldDescriptor) -> Convert | None:
    convert = _single(field)
    if not field.is_repeated:
        return convert
    return list if convert is None else lambda values: [convert(value) for value in values]


def _single(field: FieldDescriptor) -> Convert | None:
    if field.message_type is not None:
        return _message(field.message_type)
    if field.enum_type is not None:
        return _enum(field.enum_type)
    return SCALARS.get(field.cpp_type if field.type != FieldDescriptor.TYPE_BYTES else BYTES)


def _message(descriptor: Descriptor) -> Convert:
    if descriptor.full_name in WELL_KNOWN:
        return WELL_KNOWN[descriptor.full_name]
    if descriptor.full_name in REPEATING:
        return _kept(descriptor.full_name)
    return _fields


def _kept(name: str) -> Convert:
    """Convert by way of the serialized sub-message, whose JSON is kept."""
    return lambda message: _fragment(name, message.SerializeToString())


@lru_cache(maxsize=FRAGMENTS)
def _fragment(name: str, serialized: bytes) -> orjson.Fragment:
    return orjson.Fragment(orjson.dumps(_fields(REPEATING[name].FromString(serialized))))


def _enum(descriptor: EnumDescriptor) -> Convert:
    names = enum_names(descriptor)
    return lambda number: names.get(number, number)


def _double(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _time(value: Any) -> str | None:
    """Write a Timestamp as RFC 3339 in UTC with 0, 3, 6 or 9 digits; null where it is not one."""
    if not is_valid(value):
        return None
    nanos = value.nanos
    if not nanos:
        return _second(value.seconds) + "Z"
    digits = f"{nanos:09d}"
    if digits.endswith("000"):
        digits = digits[:3] if digits.endswith("000000") else digits[:6]
    return f"{_second(value.seconds)}.{digits}Z"


@lru_cache(maxsize=SECONDS)
def _second(seconds: int) -> str:
    return (YEAR_ONE + timedelta(seconds=seconds - EARLIEST_NS // SECOND)).isoformat()


def _any(value: Any) -> dict[str, Any]:
    """Write an Any by its own fields, or as base64 where its type is not known here."""
    try:
        known = json_format.MessageToDict(value, preserving_proto_field_name=True)
    except (TypeError, ValueError):
        return {"@type": value.type_url, "value": base64.b64encode(value.value).decode()}
    return dict(known)


BYTES = -1
SCALARS: dict[int, Convert] = {
    FieldDescriptor.CPPTYPE_INT64: str,
    FieldDescriptor.CPPTYPE_UINT64: str,
    FieldDescriptor.CPPTYPE_DOUBLE: _double,
    BYTES: lambda value: base64.b64encode(value).decode(),
}
"""Converters of the scalar types that JSON does not show as they are."""

WELL_KNOWN: dict[str, Convert] = {
    "google.protobuf.Any": _any,
    "google.protobuf.BoolValue": attrgetter("value"),
    "google.protobuf.FieldMask": lambda mask: ",".join(mask.paths),
    "google.protobuf.Int32Value": attrgetter("value"),
    "google.protobuf.Timestamp": _time,
    "google.protobuf.UInt32Value": attrgetter("value"),
}
"""Converters of the messages that JSON writes in a form of their own."""
