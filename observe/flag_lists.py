"""From filter flags in their order to lists of FlowFilters.

Flags about either end make two filters, one that asks it of the source, one of the destination;
every other flag goes into both, and two that come out equal are one. Within a field values are
alternatives, so flags about one end and about either of the same thing cannot be told apart in a
filter: such pairs are refused.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from observe.flag_table import Flag

if TYPE_CHECKING:
    from proto.flow_pb2 import FlowFilter


class Given(NamedTuple):
    """A flag as it was given: with its value, and whether `--not` stood before it."""

    flag: Flag
    value: Any
    denied: bool


class Conflict(ValueError):
    """Flags that cannot be combined; the text names them."""


_BOTH = ("pod", "ip", "fqdn", "label", "service", "port", "identity", "workload", "namespace")
_NAMESPACES = ("--namespace", "--all-namespaces")
_APART: tuple[tuple[str, str], ...] = (
    *((f"--{name}", f"--{end}-{name}") for name in _BOTH for end in ("from", "to")),
    *product(
        _NAMESPACES, (f"--{end}-{name}" for end in ("from", "to") for name in ("pod", "service"))
    ),
    *(
        ("--all-namespaces", f"--{end}-{name}")
        for end in ("from", "to")
        for name in ("namespace", "all-namespaces")
    ),
    *(("--namespace", f"--{end}-all-namespaces") for end in ("from", "to")),
    _NAMESPACES,
    ("--from-namespace", "--from-all-namespaces"),
    ("--to-namespace", "--to-all-namespaces"),
    ("--encrypted", "--unencrypted"),
)


def filter_lists(given: Sequence[Given]) -> tuple[list["FlowFilter"], list["FlowFilter"]]:
    """Make the filters to allow and to deny; Conflict if flags of one list cannot be combined."""
    allowed = [each for each in given if not each.denied]
    denied = [each for each in given if each.denied]
    return _filters(allowed), _filters(denied)


def _filters(given: Sequence[Given]) -> list["FlowFilter"]:
    if not given:
        return []
    _check(each.flag.name for each in given)
    sides = [_message(_with_namespaces(given, side)) for side in ("source", "destination")]
    return sides[:1] if sides[0] == sides[1] else sides


def _check(names: Iterable[str]) -> None:
    used = set(names)
    for one, other in _APART:
        if {one, other} <= used:
            raise Conflict(f"{one} and {other} cannot be combined")


def _with_namespaces(given: Sequence[Given], side: str) -> dict[str, list[Any]]:
    """Collect the fields of one side's filter; namespaces go into names of pods and services."""
    fields: dict[str, list[Any]] = {}
    for flag, value, _ in given:
        fields.setdefault(flag.fields(side), []).append(value)
    for end in ("source", "destination"):
        if namespaces := fields.pop(f"{end}_namespace", []):
            _qualify(fields, end, namespaces)
    return fields


def _qualify(fields: dict[str, list[Any]], end: str, namespaces: Sequence[str]) -> None:
    pod, service = f"{end}_pod", f"{end}_service"
    if pod not in fields and service not in fields:
        fields[pod] = [""]
    for field in (pod, service):
        if field in fields:
            fields[field] = [name for text in fields[field] for name in _named(text, namespaces)]


def _named(text: str, namespaces: Sequence[str]) -> Iterator[str]:
    namespace, slash, _ = text.partition("/")
    if not slash:
        yield from (f"{each}/{text}" for each in namespaces)
    elif namespace in ("", *namespaces) or "" in namespaces:
        yield text
    else:
        raise Conflict(f"{text!r} is not in namespace {namespaces[0]!r}")


def _message(fields: dict[str, list[Any]]) -> "FlowFilter":
    from proto.flow_pb2 import FlowFilter

    nested: dict[str, Any] = {}
    for name, values in fields.items():
        outer, dot, inner = name.partition(".")
        nested[outer] = {inner: values} if dot else values
    return FlowFilter(**nested)
