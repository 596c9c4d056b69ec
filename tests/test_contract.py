"""The contract says of itself what it means, and is to the letter the one that Hubble speaks.

`tests/data/hubble_api.txt` lists Hubble's API: every message, field, enum value and method, with
number and type, in the order of declaration (which is the order of JSON keys).
"""

import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
)

ROOT = Path(__file__).resolve().parent.parent
NAMES = sorted(file.name for file in (ROOT / "proto").glob("*.proto"))
HUBBLE = ("flow", "relay", "observer", "peer")
REPEATED = FieldDescriptorProto.LABEL_REPEATED


@cache
def files() -> dict[str, FileDescriptorProto]:
    """Parse every `.proto` file of ours, comments included; keys are names without folder."""
    with TemporaryDirectory() as scratch:
        target = Path(scratch) / "set"
        command = [sys.executable, "-m", "grpc_tools.protoc", "--include_source_info"]
        includes = [f"-I{ROOT}", f"-I{resources.files('grpc_tools') / '_proto'}"]
        sources = [f"proto/{name}" for name in NAMES]
        subprocess.run(
            [*command, *includes, f"--descriptor_set_out={target}", *sources], check=True
        )
        parsed = FileDescriptorSet.FromString(target.read_bytes())
    return {Path(file.name).name: file for file in parsed.file}


Part = tuple[str, tuple[int, ...]]


def message_parts(message: DescriptorProto, name: str, path: tuple[int, ...]) -> Iterator[Part]:
    yield name, path
    for i, field in enumerate(message.field):
        yield f"{name}.{field.name}", (*path, 2, i)
    for i, enum in enumerate(message.enum_type):
        yield f"{name}.{enum.name}", (*path, 4, i)
    for i, inner in enumerate(message.nested_type):
        yield from message_parts(inner, f"{name}.{inner.name}", (*path, 3, i))


def parts(file: FileDescriptorProto) -> Iterator[Part]:
    """Give what must have a comment: its name, and its path in the terms of SourceCodeInfo."""
    for i, message in enumerate(file.message_type):
        yield from message_parts(message, message.name, (4, i))
    for i, enum in enumerate(file.enum_type):
        yield enum.name, (5, i)
    for i, service in enumerate(file.service):
        yield service.name, (6, i)
        for j, method in enumerate(service.method):
            yield f"{service.name}.{method.name}", (6, i, 2, j)


@pytest.mark.parametrize("name", NAMES)
def test_everything_has_a_comment(name: str) -> None:
    file = files()[name]
    said = {
        tuple(place.path)
        for place in file.source_code_info.location
        if (place.leading_comments + place.trailing_comments).strip()
    }
    declared = list(parts(file))
    assert declared
    assert [part for part, path in declared if path not in said] == []


def type_name(field: FieldDescriptorProto) -> str:
    kind = FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    return field.type_name.lstrip(".") or kind


def field_line(message: DescriptorProto, field: FieldDescriptorProto, indent: str) -> str:
    words = [
        f"{indent}{field.number:>8}",
        "repeated" if field.label == REPEATED else "",
        type_name(field),
        field.name,
    ]
    if field.HasField("oneof_index"):
        words.append(f"oneof {message.oneof_decl[field.oneof_index].name}")
    if field.options.deprecated:
        words.append("deprecated")
    return " ".join(word for word in words if word)


def message_lines(message: DescriptorProto, indent: str = "") -> Iterator[str]:
    yield f"{indent}message {message.name}"
    for field in message.field:
        yield field_line(message, field, indent)
    for span in message.reserved_range:
        yield f"{indent}  reserved {span.start}..{span.end - 1}"
    for enum in message.enum_type:
        yield from enum_lines(enum, indent + "  ")
    for inner in message.nested_type:
        yield from message_lines(inner, indent + "  ")


def enum_lines(enum: EnumDescriptorProto, indent: str = "") -> Iterator[str]:
    yield f"{indent}enum {enum.name}"
    for value in enum.value:
        mark = " deprecated" if value.options.deprecated else ""
        yield f"{indent}{value.number:>8} {value.name}{mark}"


def method_line(method: MethodDescriptorProto) -> str:
    asked = "stream " * method.client_streaming + method.input_type.lstrip(".")
    given = "stream " * method.server_streaming + method.output_type.lstrip(".")
    return f"  rpc {method.name}({asked}) returns ({given})"


def file_lines(file: FileDescriptorProto) -> Iterator[str]:
    yield f"package {file.package}"
    for service in file.service:
        yield f"service {service.name}"
        yield from map(method_line, service.method)
    for message in file.message_type:
        yield from message_lines(message)
    for enum in file.enum_type:
        yield from enum_lines(enum)


def test_the_api_is_hubbles_to_the_letter() -> None:
    ours = "\n\n".join("\n".join(file_lines(files()[f"{name}.proto"])) for name in HUBBLE)
    theirs = (ROOT / "tests" / "data" / "hubble_api.txt").read_text()
    assert ours.splitlines() == theirs.rstrip("\n").splitlines()
