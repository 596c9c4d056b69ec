"""Short tables: columns under a header, each as wide as its widest cell."""

from collections.abc import Iterable, Sequence

PADDING = 3


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; the last column is not padded."""
    lines = [tuple(header), *map(tuple, rows)]
    widths = [max(map(len, column)) + PADDING for column in zip(*lines, strict=True)]
    return "\n".join(
        "".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
