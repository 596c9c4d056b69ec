"""Random messages of any type, with every field and every oddity that the schema allows."""

from typing import Any, TypeVar

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st

from proto import flow_pb2
from proto.timestamps import from_ns
from tests.factories import times_ns

M = TypeVar("M", bound=Message)

HOSTILE = "\x00\x07\x1b[31m\t\r\n\x7f\x85\x9b2J\u061c\u200e\u202e\u2028\u2066"
"""Every kind of character that a terminal or a reader might obey."""

TEXTS = st.sampled_from(["", "a", "k8s:app=web", "héllo \U0001f600", '"\\/,;', HOSTILE])
WHOLE: dict[int, tuple[int, int]] = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}


def bare(**fields: Any) -> flow_pb2.Flow:
    """Make a flow of these fields and no others."""
    return flow_pb2.Flow(**fields)


def messages(kind: type[M]) -> st.SearchStrategy[M]:
    """Draw messages of a type."""
    descriptor: Any = kind.DESCRIPTOR
    return _fields(descriptor).map(lambda fields: kind(**fields))


def _fields(descriptor: Descriptor) -> st.SearchStrategy[dict[str, Any]]:
    """Draw the fields of a message: any of them, but one at most of a oneof."""
    optional = {field.name: _field(field) for field in descriptor.fields}
    one_of = [[field.name for field in each.fields] for each in descriptor.oneofs]

    def lawful(fields: dict[str, Any]) -> dict[str, Any]:
        for names in one_of:
            for name in [name for name in names if name in fields][1:]:
                del fields[name]
        return fields

    return st.fixed_dictionaries({}, optional=optional).map(lawful)


def _field(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    single = _single(field)
    return st.lists(single, max_size=2) if field.is_repeated else single


def _single(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    if field.message_type is not None:
        name = field.message_type.full_name
        return SPECIAL[name] if name in SPECIAL else _fields(field.message_type)
    if field.enum_type is not None:
        return st.sampled_from([value.number for value in field.enum_type.values] + [12345])
    if field.cpp_type in WHOLE:
        low, high = WHOLE[field.cpp_type]
        return st.sampled_from([low, 0, 1, 53, high])
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return st.booleans()
    return (
        TEXTS if field.type == FieldDescriptor.TYPE_STRING else st.sampled_from([0.0, 1.5, 1e300])
    )


def _packed() -> AnyMessage:
    packed = AnyMessage()
    packed.Pack(flow_pb2.Service(name="web", namespace="shop"))
    return packed


SPECIAL: dict[str, st.SearchStrategy[Any]] = {
    "google.protobuf.Timestamp": times_ns().map(from_ns),
    "google.protobuf.Any": st.just(_packed()),
}
