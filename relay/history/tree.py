"""Conditions on a row's columns, and the three ways to ask them: in SQL, of bitmaps, and of rows in
memory.

A tree narrows: what it selects may be too much for the filters it stands for, never too little.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from relay.rings.bitmaps import ALL, Bitmaps
from relay.rings.columns import COLUMNS, INDEX, Row

ZONE_OF = {column.name: column.zone for column in COLUMNS if column.zone}

MAX_LISTED = 50_000
"""Values that are listed in SQL; a longer list is not asked there, which selects more."""

MAX_LOOKED_UP = 4096
"""Values that are looked up in bitmaps."""


class In(NamedTuple):
    """The column, which is never NULL, has one of the values. The set may grow while it is used."""

    column: str
    values: set[int]


class And(NamedTuple):
    """All parts hold."""

    parts: tuple[Tree, ...]


class Or(NamedTuple):
    """Any part holds."""

    parts: tuple[Tree, ...]


class Not(NamedTuple):
    """The part does not hold; the part must decide exactly, or too little is selected."""

    part: Tree


Tree = In | And | Or | Not

ANY = And(())
"""Selects every row."""


def to_sql(tree: Tree) -> str:
    """Give an SQL condition."""
    match tree:
        case In(column, values):
            if len(values) > MAX_LISTED:
                return "1"
            return f"{column} IN ({','.join(map(str, values))})"
        case And(parts):
            return f"({' AND '.join(map(to_sql, parts))})" if parts else "1"
        case Or(parts):
            return f"({' OR '.join(map(to_sql, parts))})" if parts else "0"
        case Not(part):
            return f"NOT {to_sql(part)}" if decides(part) else "1"


def decides(tree: Tree) -> bool:
    """Say whether SQL asks all of a tree, leaving nothing out."""
    match tree:
        case In(_, values):
            return len(values) <= MAX_LISTED
        case Not(part):
            return decides(part)
        case And(parts) | Or(parts):
            return all(map(decides, parts))


def to_blocks(tree: Tree, bitmaps: Bitmaps, span: int) -> int:
    """Give the blocks of a span in which rows may be that a tree selects, as bits."""
    match tree:
        case In(column, values):
            zone = ZONE_OF.get(column)
            if zone is None or len(values) > MAX_LOOKED_UP:
                return ALL
            return bitmaps.blocks(span, zone, values)
        case And(parts):
            bits = ALL
            for part in parts:
                bits &= to_blocks(part, bitmaps, span)
            return bits
        case Or(parts):
            bits = 0
            for part in parts:
                bits |= to_blocks(part, bitmaps, span)
            return bits
        case Not():
            return ALL


def to_test(tree: Tree) -> Callable[[Row], bool]:
    """Give a function that tests a row; the sets of the tree are looked at each time."""
    names: dict[str, Any] = {}
    test: Callable[[Row], bool] = eval(f"lambda row: {_source(tree, names)}", names)
    return test


def _source(tree: Tree, names: dict[str, Any]) -> str:
    match tree:
        case In(column, values):
            name = f"values{len(names)}"
            names[name] = values
            return f"row[{INDEX[column]}] in {name}"
        case And(parts):
            return f"({' and '.join(_source(p, names) for p in parts)})" if parts else "True"
        case Or(parts):
            return f"({' or '.join(_source(p, names) for p in parts)})" if parts else "False"
        case Not(part):
            return f"not ({_source(part, names)})"
