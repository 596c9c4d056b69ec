"""Messages out as JSON, as Hubble prints them, from writers made once for each message type.

Field names as in the schema and in the order in which it declares them, enum values by name,
64-bit integers as strings, times as RFC 3339. What `google.protobuf.json_format` says is the rule
and a test holds this writer to it; it is here because it is eight times as fast.

A writer takes a message serialized, and reads it by a view that leaves sub-messages as bytes. Where
few values come again and again, such as endpoints, their texts are remembered by those bytes.
"""

from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter, call
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from proto.enums import enum_names
from proto.escape import escape_json
from proto.json_values import SCALARS, WELL_KNOWN, quoted
from proto.memo import Memo
from proto.view import ABSENT, flat, without

REPEATING = {
    FieldDescriptor.CPPTYPE_BOOL,
    FieldDescriptor.CPPTYPE_ENUM,
    FieldDescriptor.CPPTYPE_STRING,
}
"""Types of scalars whose texts are remembered."""

Write = Callable[[Any], str]
"""Makes JSON of a value: of a message from its bytes, of any other from itself."""

VARIED = {
    "flow.DNS",
    "flow.Flow",
    "flow.Flow.uuid",
    "flow.HTTP",
    "flow.IP",
    "flow.Layer4",
    "flow.Layer7",
    "flow.TCP",
    "flow.UDP",
    "google.protobuf.Timestamp",
}
"""Messages and fields that differ from flow to flow: of these no text is remembered."""

OWN = {
    "flow.Flow": {
        "time",
        "uuid",
        "ethernet",
        "IP",
        "l4",
        "source",
        "destination",
        "l7",
        "interface",
        "trace_context",
        "Summary",
    }
}
"""Fields in which the messages of a type differ. What else is in one comes again in others, and is
remembered as a whole."""


def to_json(message: Message) -> bytes:
    """Write a message as one line of JSON, without the newline, safe to show on a terminal."""
    return json_text(message).encode()


def json_text(message: Message) -> str:
    """Write a message as `to_json` does."""
    return escape_json(writer(message.DESCRIPTOR)(message.SerializeToString()))


@cache
def writer(descriptor: Descriptor) -> Write:
    """Make the writer of a type of message."""
    if descriptor.full_name in WELL_KNOWN:
        return WELL_KNOWN[descriptor.full_name]
    names = [field.name for field in descriptor.fields]
    own = OWN.get(descriptor.full_name)
    if own:
        return _with_rest(descriptor, [name for name in names if name in own])
    if [len(oneof.fields) for oneof in descriptor.oneofs] == [len(names)]:
        return _choice(descriptor)
    members = _members(descriptor, names)
    return lambda serialized: _object(f"{{{''.join(members(serialized))}}}")


def _object(text: str) -> str:
    """Take the comma away that stands before the members of an object if its first is not set."""
    return text if text[1] != "," else f"{{{text[2:]}"


def _members(descriptor: Descriptor, names: list[str]) -> Callable[[bytes], Iterable[str]]:
    """Make what writes the members of an object one by one, each but the first after a comma."""
    parse, read = flat(descriptor, names).FromString, _attributes(names)
    texts = [_member(descriptor.fields_by_name[name]) for name in names]
    return lambda serialized: map(call, texts, read(parse(serialized)))


def _choice(descriptor: Descriptor) -> Write:
    """Make the writer of a type that is one of its fields, and nothing else."""
    which, fields = descriptor.oneofs[0].name, descriptor.fields
    parse = flat(descriptor, [field.name for field in fields]).FromString
    texts = {field.name: _member(field) for field in fields}

    def write(serialized: bytes) -> str:
        made = parse(serialized)
        name = made.WhichOneof(which)
        return _object(f"{{{texts[name](getattr(made, name))}}}") if name else "{}"

    return write


def _with_rest(descriptor: Descriptor, own: list[str]) -> Write:
    """Make the writer of a type that looks up the rest of a message as a whole."""
    members = _members(descriptor, [field.name for field in descriptor.fields])
    own_members, rest_of = _members(descriptor, own), without(descriptor, own)

    def frame(rest: bytes) -> str:
        """Write what is not its own, with room for what is."""
        pairs = zip(descriptor.fields, members(rest), strict=True)
        texts = ("%s" if f.name in own else text.replace("%", "%%") for f, text in pairs)
        return f"{{{''.join(texts)}}}"

    frames = Memo(frame)
    return lambda serialized: _object(frames[rest_of(serialized)] % tuple(own_members(serialized)))


def _attributes(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Make what reads these attributes."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda made: tuple(getattr(made, name) for name in names)


def _member(field: FieldDescriptor) -> Write:
    """Make the writer of a member of an object: its name and its value, if it is set."""
    start = f'{"," if field.index else ""}"{field.name}":'
    if field.message_type is not None and not field.is_repeated:
        return _message(start, field.message_type)
    write = _value(field)
    if field.is_repeated:
        return lambda values: f"{start}[{','.join(map(write, values))}]" if values else ""
    if field.cpp_type == FieldDescriptor.CPPTYPE_DOUBLE:
        return lambda value: "" if str(value) == "0.0" else start + write(value)
    if field.cpp_type in REPEATING and field.full_name not in VARIED:
        return Memo(lambda value: start + write(value) if value else "").__getitem__
    return lambda value: start + write(value) if value else ""


@cache
def _message(start: str, descriptor: Descriptor) -> Write:
    """Make the writer of a member that is a message, for all types that have such a member."""
    write = writer(descriptor)

    def member(serialized: bytes) -> str:
        return "" if serialized == ABSENT else start + write(serialized)

    return member if descriptor.full_name in VARIED else Memo(member).__getitem__


def _value(field: FieldDescriptor) -> Write:
    if field.message_type is not None:
        return writer(field.message_type)
    if field.enum_type is not None:
        return _enum(field.enum_type)
    return SCALARS[field.type]


@cache
def _enum(descriptor: EnumDescriptor) -> Write:
    names = {number: quoted(name) for number, name in enum_names(descriptor).items()}
    return lambda number: names.get(number) or str(number)
