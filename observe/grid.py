"""Short tables: columns under a header, each as wide as its widest cell."""

from collections.abc import Iterable, Sequence

PADDING = 3


def grid(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: int | None = None) -> str:
    """Write a table; the last column is not padded.

    Columns from `numbers` on are aligned to the right.
    """
    lines = [tuple(header), *map(tuple, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    sides = ["<" if numbers is None or place < numbers else ">" for place in range(len(widths))]
    forms = list(zip(sides, widths, strict=True))
    return "\n".join(
        (" " * PADDING)
        .join(f"{cell:{side}{width}}" for cell, (side, width) in zip(line, forms, strict=True))
        .rstrip()
        for line in lines
    )
