"""Results for people: ours beside the goals and the peers, and what each process used."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bench.figure import Figure, number
from bench.machine import in_words

Result = dict[str, Any]
HEAD = ("benchmark", "figure", "ours", "unit", "target", "dream", "peers")
USED = ("benchmark", "process", "CPU s", "of s", "most MB")


def markdown(results: Sequence[Result], aligned: bool = False) -> str:
    """Write a page's section: when, where, the figures, the processes; `aligned` for a screen."""
    about = results[0]
    lines = [f"{about['date'][:10]}, {in_words(about['machine'])}.", ""]
    lines += [*grid(HEAD, figure_rows(results), 2, aligned), ""]
    lines += grid(USED, process_rows(results), 2, aligned)
    return "\n".join(lines) + "\n"


def figure_rows(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    """Give a row for each figure; one that misses its target is marked."""
    for result in results:
        for figure in map(Figure.from_dict, result["figures"]):
            yield (result["bench"], figure.name, *against(figure))


def against(figure: Figure) -> tuple[str, str, str, str, str]:
    """Write a value, its unit, and its goal."""
    goal, ours = figure.goal, number(figure.value)
    if not goal:
        return ours, figure.unit, "", "", ""
    if not figure.reaches(goal.target):
        ours = f"**{ours}**"
    dream = "" if goal.dream is None else number(goal.dream)
    return ours, figure.unit, number(goal.target), dream, goal.peer


def process_rows(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    """Give a row for each kind of process in each benchmark."""
    for result in results:
        for used in result["processes"]:
            most = number(round(used["memory"])) if used["memory"] else ""
            name = used["name"].rpartition("/")[2]
            yield (result["bench"], name, f"{used['cpu']:.1f}", f"{used['seconds']:.1f}", most)


def grid(
    head: Sequence[str], rows: Iterable[tuple[str, ...]], left: int, aligned: bool = False
) -> list[str]:
    """Write a table in Markdown, columns from `left` on to the right; `aligned` is for a screen."""
    lines = [tuple(head), *rows]
    wide = [max(map(len, column)) if aligned else 0 for column in zip(*lines, strict=True)]
    marks = tuple(mark(width, at < left) for at, width in enumerate(wide))
    cells = (padded(line, wide, left) for line in (lines[0], marks, *lines[1:]))
    return ["| " + " | ".join(line) + " |" for line in cells]


def mark(width: int, left: bool) -> str:
    """Write what is below a head."""
    return "-" * max(3, width) if left else "-" * max(3, width - 1) + ":"


def padded(row: Sequence[str], wide: Sequence[int], left: int) -> Iterator[str]:
    """Make the cells of a row as wide as their columns."""
    for at, (cell, width) in enumerate(zip(row, wide, strict=True)):
        yield cell.ljust(width) if at < left else cell.rjust(width)
