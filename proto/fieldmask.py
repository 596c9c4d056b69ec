"""Field masks: a message of which only the named fields are kept.

Paths are names as in the schema, with dots between (`IP`, `source.pod_name`). A path that names
nothing here is ignored, as the API wants it: a newer client may ask for more than is known.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeVar

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

M = TypeVar("M", bound=Message)
Copy = Callable[[Any, Any], None]
Tree = dict[str, "Tree"]
"""Names of fields, each with those that are wanted inside; with none, all of it is wanted."""

MASKS = 256
"""How many masks are kept ready."""


def keep(message: M, paths: Iterable[str]) -> M:
    """Copy the named fields into a new message; without any path the message is kept whole."""
    return keeper(type(message), paths)(message)


def keeper(kind: type[M], paths: Iterable[str]) -> Callable[[M], M]:
    """Prepare a mask for many messages of one kind."""
    wanted = tuple(paths)
    if not wanted:
        return lambda message: message
    copies = _prepared(kind().DESCRIPTOR, wanted)

    def kept(message: M) -> M:
        made = kind()
        for copy in copies:
            copy(message, made)
        return made

    return kept


@lru_cache(maxsize=MASKS)
def _prepared(descriptor: Descriptor, paths: tuple[str, ...]) -> list[Copy]:
    return _copies(descriptor, _tree(paths))


def _tree(paths: Iterable[str]) -> Tree:
    """Arrange paths by their first names; a field that is wanted whole includes its parts."""
    tree: Tree = {}
    whole: set[tuple[str, ...]] = {tuple(path.split(".")) for path in paths}
    for path in whole:
        if any(path[:length] in whole for length in range(1, len(path))):
            continue
        node = tree
        for name in path:
            node = node.setdefault(name, {})
    return tree


def _copies(descriptor: Descriptor, tree: Tree) -> list[Copy]:
    """Make what copies each field of the tree that the message type has."""
    fields = descriptor.fields_by_name
    return [
        copy
        for name, inner in tree.items()
        if name in fields and (copy := _copy(fields[name], inner))
    ]


def _copy(field: FieldDescriptor, inner: Tree) -> Copy | None:
    name, nested = field.name, field.message_type
    if inner:
        copies = [] if nested is None or field.is_repeated else _copies(nested, inner)
        return _part(name, copies) if copies else None
    if field.is_repeated:
        return lambda message, made: getattr(made, name).MergeFrom(getattr(message, name))
    return _value(name) if nested is None else _whole(name)


def _part(name: str, copies: list[Copy]) -> Copy:
    def copy(message: Any, made: Any) -> None:
        if message.HasField(name):
            source, target = getattr(message, name), getattr(made, name)
            target.SetInParent()
            for inner in copies:
                inner(source, target)

    return copy


def _whole(name: str) -> Copy:
    def copy(message: Any, made: Any) -> None:
        if message.HasField(name):
            getattr(made, name).CopyFrom(getattr(message, name))

    return copy


def _value(name: str) -> Copy:
    def copy(message: Any, made: Any) -> None:
        if value := getattr(message, name):
            setattr(made, name, value)

    return copy
