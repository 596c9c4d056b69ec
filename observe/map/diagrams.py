"""The map as a diagram: Graphviz dot and Mermaid.

Strangers write names: each stands in quotes, in which nothing it holds is syntax, and the diagram
knows its nodes by numbers. How requests were shared is drawn with broken lines, from what was asked
for to the pods that served it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from observe.figures import name, percent, rate, span
from observe.map.model import Edge, Map

BAD = "#c0392b"
"""Colour of edges with drops or errors; their text says so, too."""

SYNTAX = re.compile(r"[^\w ./:@,()+%-]")
"""What Mermaid might take for syntax: all but these, and letters and digits of any script."""


class Line(NamedTuple):
    """A line between two nodes, by their numbers; `shared` if it is a share of requests."""

    start: int
    end: int
    text: str
    bad: bool
    shared: bool


class Diagram(NamedTuple):
    """What is drawn. Nodes from `asked` on are what was asked for, and not who answered."""

    names: list[str]
    asked: int
    lines: list[Line]


def diagram(made: Map) -> Diagram:
    """Lay down what is drawn of a map."""
    numbers: dict[str, int] = {}

    def number(end: str) -> int:
        return numbers.setdefault(end, len(numbers))

    lines = [
        Line(number(e.client), number(e.server), caption(e), _is_bad(e), False) for e in made.edges
    ]
    shares = [
        (place, number(backend.pod), f"{percent(backend.share)} of {balance.requests:,}")
        for place, balance in enumerate(made.shared)
        for backend in balance.backends
    ]
    asked = len(numbers)
    lines += [Line(asked + place, pod, text, False, True) for place, pod, text in shares]
    return Diagram([*numbers, *(balance.name for balance in made.shared)], asked, lines)


def caption(edge: Edge) -> str:
    """Say of an edge what matters: its rate, errors, 95th percentile and drops."""
    counts = edge.counts
    requests = f"{rate(edge.request_rate)} requests/s" if counts.requests else ""
    parts = (
        requests or f"{rate(edge.rate)} flows/s",
        f"{percent(edge.error_share)} errors" if counts.errors else "",
        f"p95 {span(edge.latency.p95_ns)}" if edge.latency else "",
        f"{counts.dropped:,} dropped" if counts.dropped else "",
    )
    return ", ".join(filter(None, parts))


def _is_bad(edge: Edge) -> bool:
    return bool(edge.counts.errors or edge.counts.dropped)


def dot(made: Map) -> str:
    """Write the map in the language of Graphviz: `dot -Tsvg`."""
    return "\n".join(["digraph flows {", *_dot_lines(diagram(made)), "}"])


def _dot_lines(drawn: Diagram) -> Iterator[str]:
    yield "  rankdir=LR;"
    yield '  node [shape=box, fontname="sans-serif"];'
    yield '  edge [fontname="sans-serif", fontsize=10];'
    for place, text in enumerate(drawn.names):
        shape = ", shape=hexagon" if place >= drawn.asked else ""
        yield f"  n{place} [label={_dot_text(text)}{shape}];"
    for line in drawn.lines:
        colour = f', color="{BAD}", fontcolor="{BAD}"' if line.bad else ""
        style = ", style=dashed" if line.shared else ""
        yield f"  n{line.start} -> n{line.end} [label={_dot_text(line.text)}{colour}{style}];"


def _dot_text(text: str) -> str:
    r"""Quote a text: `\` begins an escape there, and `&` an entity."""
    safe = name(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return f'"{safe}"'


def mermaid(made: Map) -> str:
    """Write the map as a Mermaid flowchart, as Markdown pages show it."""
    return "\n".join(["flowchart LR", *_mermaid_lines(diagram(made))])


def _mermaid_lines(drawn: Diagram) -> Iterator[str]:
    for place, text in enumerate(drawn.names):
        left, right = ("{{", "}}") if place >= drawn.asked else ("[", "]")
        yield f"  n{place}{left}{_mermaid_text(text)}{right}"
    for line in drawn.lines:
        arrow = "-.->" if line.shared else "-->"
        yield f"  n{line.start} {arrow}|{_mermaid_text(line.text)}| n{line.end}"
    if bad := [str(place) for place, line in enumerate(drawn.lines) if line.bad]:
        yield f"  linkStyle {','.join(bad)} stroke:{BAD},color:{BAD}"


def _mermaid_text(text: str) -> str:
    """Quote a text, with what may be syntax as entities."""
    safe = SYNTAX.sub(lambda found: f"#{ord(found[0])};", name(text))
    return f'"{safe}"'
