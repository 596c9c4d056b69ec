"""Views of a message type: types made at run time that read the same bytes, but less of them.

A view has some of the type's fields, under their names and numbers, and of a sub-message either a
view again or its bytes, unparsed. What it does not have stays in it unread, and is serialized as it
came. Parsing a view costs half of parsing the message, and bytes can be looked up in a dictionary.

What occurs twice on the wire is merged in a message, but not in a view: give it what was serialized
from a message, which has nothing twice.
"""

from collections.abc import Callable, Iterable
from typing import Any

from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pb2 import (
    EDITION_2023,
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

Tree = dict[str, "Tree"]
"""Names of fields, each with those that are wanted inside; with none, all of it is wanted."""

ABSENT = b"?"
"""What a view gives for a sub-message that is not there. No message begins like that."""


def without(descriptor: Descriptor, names: Iterable[str]) -> Callable[[bytes], bytes]:
    """Make what takes these fields, which must not be repeated, out of a serialized message."""
    made = _message(descriptor, {name: {} for name in names})
    del made.oneof_decl[:]
    made.oneof_decl.add(name="one")  # of alternatives only the last is kept, and cleared
    for field in made.field:
        field.oneof_index = 0
    parse = _class(made).FromString

    def rest(serialized: bytes) -> bytes:
        message: Message = parse(serialized)
        message.ClearField("one")
        return message.SerializeToString()

    return rest


LABELS = (FieldDescriptorProto.LABEL_OPTIONAL, FieldDescriptorProto.LABEL_REPEATED)


def view(descriptor: Descriptor, tree: Tree) -> type[Any]:
    """Make the view of a type that has the fields of `tree`; names of none are left out."""
    return _class(_message(descriptor, tree))


def flat(descriptor: Descriptor, names: Iterable[str]) -> type[Any]:
    """Make the view of a type that has these fields, sub-messages as bytes."""
    return view(descriptor, {name: {} for name in names})


def _class(made: DescriptorProto) -> type[Any]:
    """Make the class of a message that is declared."""
    file = FileDescriptorProto(name="view.proto", syntax="editions", edition=EDITION_2023)
    file.message_type.append(made)
    pool = DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return GetMessageClass(pool.FindMessageTypeByName(made.name))


def _message(descriptor: Descriptor, tree: Tree) -> DescriptorProto:
    """Declare a view."""
    made = DescriptorProto(name="View")
    _fill(made, descriptor, tree)
    return made


def _fill(made: DescriptorProto, descriptor: Descriptor, tree: Tree) -> None:
    """Declare the fields of a view, and its alternatives."""
    oneofs: list[str] = []
    for name, inner in tree.items():
        field = descriptor.fields_by_name.get(name)
        if field is None:
            continue
        declared = made.field.add(name=name, number=field.number, type=field.type)
        declared.label = LABELS[field.is_repeated]
        if field.enum_type is not None:
            declared.type = FieldDescriptorProto.TYPE_INT32
        if field.message_type is not None:
            _nest(made, declared, field.message_type, inner)
        if field.containing_oneof is not None:
            if field.containing_oneof.name not in oneofs:
                oneofs.append(field.containing_oneof.name)
                made.oneof_decl.add(name=oneofs[-1])
            declared.oneof_index = oneofs.index(field.containing_oneof.name)


def _nest(
    made: DescriptorProto, declared: FieldDescriptorProto, inside: Descriptor, tree: Tree
) -> None:
    """Declare a sub-message: as a view, or as bytes."""
    if tree:
        declared.type_name = f"{declared.name}_view"
        _fill(made.nested_type.add(name=declared.type_name), inside, tree)
        return
    declared.type = FieldDescriptorProto.TYPE_BYTES
    if declared.label != FieldDescriptorProto.LABEL_REPEATED:
        declared.default_value = ABSENT.decode()
