"""Texts by the cells that they take on a terminal: a sign may be of several letters, and be two
cells wide.
"""

from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size, split_graphemes


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """Give the signs of a text and how many cells each is wide; what cannot be seen is left out."""
    if text.isascii():
        yield from ((character, 1) for character in text)
        return
    for start, end, width in split_graphemes(text)[0]:
        if width:
            yield text[start:end], width


def ending(text: str, width: int) -> str:
    """Give the end of a text, at most so many cells wide."""
    kept: list[str] = []
    for sign, cells in reversed(list(clusters(text))):
        width -= cells
        if width < 0:
            break
        kept.append(sign)
    return "".join(reversed(kept))


def middle_cut(text: str, width: int) -> str:
    """Cut a text that is wider than so many cells in its middle."""
    if cell_len(text) <= width:
        return text
    head = max((width - 1) // 2, 0)
    return f"{set_cell_size(text, head)}…{ending(text, max(width - 1 - head, 0))}"
