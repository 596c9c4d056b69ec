"""Fields of JSON into fields of messages, from tables made once for each message type.

A field in the form that Hubble writes is taken as it is. A field that is odd in any way (a number
as text, an enum value as a number, an offset in a time) goes to `google.protobuf.json_format`,
which decides; so the fast way only has to be right where it answers, and a test compares the two.
"""

import base64
import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, NamedTuple

from google.protobuf import json_format
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp

Convert = Callable[[Any, list[str]], Any]
"""Makes the value of a field from that of a JSON key; names of unknown fields go into the list."""

SECONDS = 4096
"""How many seconds of the clock are remembered with their number since 1970."""

DIGITS = re.compile(r"-?[0-9]{1,19}", re.ASCII)
UTC = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8})(?:\.([0-9]{1,9}))?Z", re.ASCII)


class InvalidLine(ValueError):
    """A line is not an event. The text says why in one line."""


class Entry(NamedTuple):
    """What becomes of one key: a value of the plain type is taken as it is, another converted."""

    name: str
    plain: type | None
    convert: Convert


@cache
def object_of(descriptor: Descriptor) -> Convert:
    """Make the converter of a message: its JSON object into keyword arguments."""
    entries, scope = entries_of(descriptor), descriptor.name
    alternatives = [{f.name for f in oneof.fields} for oneof in descriptor.oneofs]

    def convert(value: Any, unknown: list[str]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, item in _items(value, scope):
            entry = entries.get(key)
            if entry is None:
                unknown.append(f"{scope}.{key}")
            elif type(item) is entry.plain:
                made[entry.name] = item
            elif item is not None and (found := entry.convert(item, unknown)) is not None:
                made[entry.name] = found
        for names in alternatives:
            if len(made) > 1 and len(both := names & made.keys()) > 1:
                raise InvalidLine(f"{scope} has {' and '.join(sorted(both))}")
        return made

    return convert


def _items(value: Any, scope: str) -> Any:
    if type(value) is not dict:
        raise InvalidLine(f"{scope} is not an object: {value!r:.60}")
    return value.items()


@cache
def entries_of(descriptor: Descriptor) -> dict[str, Entry]:
    """Give the entry of each key: names as in the schema, and in camelCase."""
    made: dict[str, Entry] = {}
    for field in descriptor.fields:
        plain = None if field.is_repeated else PLAIN.get(field.cpp_type)
        entry = Entry(field.name, plain, _field(descriptor, field))
        made[field.name] = made[field.camelcase_name] = made[field.json_name] = entry
    return made


def _field(owner: Descriptor, field: FieldDescriptor) -> Convert:
    single = _single(owner, field)
    if not field.is_repeated:
        return single
    plain = PLAIN.get(field.cpp_type)

    def convert(values: Any, unknown: list[str]) -> list[Any]:
        if type(values) is not list:
            raise InvalidLine(f"{owner.name}.{field.name} is not an array: {values!r:.60}")
        return [v if type(v) is plain else single(v, unknown) for v in values]

    return convert


def _single(owner: Descriptor, field: FieldDescriptor) -> Convert:
    ruled = _ruled(owner, field)
    if field.enum_type is not None:
        return _enum(field.enum_type, ruled)
    if field.message_type is None:
        return _whole(ruled) if field.cpp_type in WHOLE else ruled
    special = WELL_KNOWN.get(field.message_type.full_name)
    return special(ruled) if special else object_of(field.message_type)


def _enum(enum: EnumDescriptor, ruled: Convert) -> Convert:
    numbers = {value.name: value.number for value in enum.values}

    def convert(value: Any, unknown: list[str]) -> Any:
        number = numbers.get(value) if type(value) is str else None
        return ruled(value, unknown) if number is None else number

    return convert


def _ruled(owner: Descriptor, field: FieldDescriptor) -> Convert:
    """Let json_format decide about one value of this field."""
    message, scope = GetMessageClass(owner), f"{owner.name}.{field.name}"

    def convert(value: Any, unknown: list[str]) -> Any:
        made = message()
        item = [value] if field.is_repeated else value
        try:
            json_format.ParseDict({field.name: item}, made, ignore_unknown_fields=True)
        except json_format.ParseError as error:
            raise InvalidLine(f"{scope}: {error}") from None
        if field.enum_type is not None and not made.ListFields() and value not in (0, "0"):
            unknown.append(f"{scope} {value!r:.60}")
        found = getattr(made, field.name)
        return next(iter(found), None) if field.is_repeated else found

    return convert


def _whole(ruled: Convert) -> Convert:
    """Read a 64-bit integer, which JSON carries as text."""

    def convert(value: Any, unknown: list[str]) -> Any:
        if type(value) is str and DIGITS.fullmatch(value):
            return int(value)
        return ruled(value, unknown)

    return convert


def _time(ruled: Convert) -> Convert:
    def convert(value: Any, unknown: list[str]) -> Any:
        found = UTC.fullmatch(value) if type(value) is str else None
        seconds = _seconds(found[1]) if found else None
        if found is None or seconds is None:
            return ruled(value, unknown)
        return {"seconds": seconds, "nanos": int(found[2].ljust(9, "0")) if found[2] else 0}

    return convert


@lru_cache(maxsize=SECONDS)
def _seconds(text: str) -> int | None:
    made = Timestamp()
    try:
        made.FromJsonString(text + "Z")
    except ValueError:
        return None
    return made.seconds


def _wrapper(plain: type) -> Callable[[Convert], Convert]:
    def special(ruled: Convert) -> Convert:
        def convert(value: Any, unknown: list[str]) -> Any:
            return {"value": value} if type(value) is plain else ruled(value, unknown)

        return convert

    return special


def _any(_: Convert) -> Convert:
    """Read an Any by its own fields, or from base64; one of an unknown type is dropped."""

    def convert(value: Any, unknown: list[str]) -> Any:
        try:
            return json_format.ParseDict(value, AnyMessage())
        except (json_format.ParseError, AttributeError, TypeError):
            pass
        try:
            raw = base64.b64decode(value["value"], validate=True)
            return {"type_url": value["@type"], "value": raw}
        except (ValueError, TypeError, KeyError):
            unknown.append(f"Any {value!r:.60}")
            return None

    return convert


PLAIN: dict[int, type] = {
    FieldDescriptor.CPPTYPE_BOOL: bool,
    FieldDescriptor.CPPTYPE_DOUBLE: float,
    FieldDescriptor.CPPTYPE_INT32: int,
    FieldDescriptor.CPPTYPE_INT64: int,
    FieldDescriptor.CPPTYPE_STRING: str,
    FieldDescriptor.CPPTYPE_UINT32: int,
    FieldDescriptor.CPPTYPE_UINT64: int,
}
"""The type that a value has when it can be taken as it is."""

WHOLE = {FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64}

WELL_KNOWN: dict[str, Callable[[Convert], Convert]] = {
    "google.protobuf.Any": _any,
    "google.protobuf.BoolValue": _wrapper(bool),
    "google.protobuf.Int32Value": _wrapper(int),
    "google.protobuf.Timestamp": _time,
    "google.protobuf.UInt32Value": _wrapper(int),
}
"""Converters of the messages that JSON writes in a form of their own."""
