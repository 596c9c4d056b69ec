"""Results for people: ours beside the goals and the peers, and what each process used."""

from collections.abc import Iterator, Sequence
from typing import Any

from bench.figure import Figure, number
from bench.machine import in_words

Result = dict[str, Any]
HEAD = ("benchmark", "figure", "ours", "unit", "target", "dream", "peers")
USED = ("benchmark", "process", "CPU s", "of s", "most MB")


def markdown(results: Sequence[Result]) -> str:
    """Write a page's section: when, where, the figures, the processes."""
    about = results[0]
    lines = [f"{about['date'][:10]}, {in_words(about['machine'])}.", ""]
    lines += [*grid(HEAD, figure_rows(results), 2), "", *grid(USED, process_rows(results), 2)]
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


def grid(head: Sequence[str], rows: Iterator[tuple[str, ...]], left: int) -> list[str]:
    """Write a table in Markdown; columns from `left` on, but for texts of the last, are numbers."""
    marks = ["---" if at < left else "---:" for at in range(len(head))]
    return ["| " + " | ".join(row) + " |" for row in (head, marks, *rows)]
