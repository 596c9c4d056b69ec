"""Field masks: a message of which only the named fields are kept.

Paths are names as in the schema, with dots between (`IP`, `source.pod_name`). A path that names
nothing here is ignored, as the API wants it: a newer client may ask for more than is known.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from proto.view import Tree, view

M = TypeVar("M", bound=Message)

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
    cut = cutter(kind.DESCRIPTOR, wanted)
    return lambda message: kind.FromString(cut(message.SerializeToString()))


@lru_cache(maxsize=MASKS)
def cutter(descriptor: Descriptor, paths: tuple[str, ...]) -> Callable[[bytes], bytes]:
    """Prepare a mask for messages of one kind that are, and stay, serialized."""
    parse = view(descriptor, _known(descriptor, _tree(paths))).FromString

    def cut(serialized: bytes) -> bytes:
        message: Message = parse(serialized)
        message.DiscardUnknownFields()
        return message.SerializeToString()

    return cut


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


def _known(descriptor: Descriptor, tree: Tree) -> Tree:
    """Leave out what names nothing: an unknown field, or one inside of what has no fields."""
    known: Tree = {}
    for name, inner in tree.items():
        field = descriptor.fields_by_name.get(name)
        if field is None:
            continue
        nested = None if field.is_repeated else field.message_type
        inside = _known(nested, inner) if nested else {}
        if inside or not inner:
            known[name] = inside
    return known
