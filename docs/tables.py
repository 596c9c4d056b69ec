"""The tables in the documents that are made from the code: `python -m docs.tables`.

Each stands between `<!-- table NAME -->` and `<!-- end -->`. With `--check` nothing is written:
exit status 1 says that a table is not what the code gives.
"""

import ast
import dataclasses
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from observe.flag_table import Flag

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "docs/commands.md")

FOUND_OUT = {
    "data": "`$XDG_STATE_HOME/palomar/palomar.db`, or below `~/.local/state`",
    "limits": "1,000,000 events and 512 MiB each, no age",
    "node_name": "the host's name",
}
"""Defaults of settings that are not the same everywhere, or that stand elsewhere."""

MARKED = re.compile(r"(<!-- table (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in r] for r in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def settings(owner: "type[DataclassInstance]") -> Iterator[Sequence[str]]:
    """Give each setting of a dataclass with its default and the docstring that follows it."""
    defaults = {field.name: shown(field) for field in dataclasses.fields(owner)}
    [body] = ast.parse(inspect.getsource(owner)).body
    assert isinstance(body, ast.ClassDef)
    for field, said in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(said, ast.Expr):
            name, about = ast.unparse(field.target), ast.literal_eval(said.value)
            yield f"`{name}`", defaults[name], " ".join(about.split())


def shown(field: "dataclasses.Field[object]") -> str:
    """Write a default as a person reads it."""
    default = field.default
    if default is dataclasses.MISSING:
        return FOUND_OUT[field.name]
    if default in (None, "", ()):
        return "none"
    if isinstance(default, int) and re.search("bytes|message", field.name):
        return f"`{default >> 10:,} KiB`"
    return f"`{', '.join(default) if isinstance(default, tuple) else default}`"


def relay_settings() -> str:
    """Give the settings of a relay."""
    from relay.settings import Settings

    return table(("setting", "default", "meaning"), settings(Settings))


def agent_settings() -> str:
    """Give the settings of an agent."""
    from agent.settings import Settings

    return table(("setting", "default", "meaning"), settings(Settings))


def metrics() -> str:
    """Give the metrics of a relay."""
    from relay.counts.metrics import METRICS

    rows = ((f"`{m.name}`", m.kind, ", ".join(m.labels), m.help) for m in METRICS)
    return table(("metric", "kind", "labels", "meaning"), rows)


def root() -> click.Group:
    """Make the command `palomar` with everything below it."""
    from observe.lazy import LazyGroup, Row
    from palomar import COMMANDS

    return LazyGroup("palomar", {name: Row(*row) for name, row in COMMANDS.items()})


def leaves(command: click.Command, context: click.Context) -> Iterator[click.Context]:
    """Give the context of each command below, or of this one if it has none."""
    if not isinstance(command, click.Group):
        yield context
        return
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        inner = click.Context(below, parent=context, info_name=name, **below.context_settings)
        yield from leaves(below, inner)


def contexts() -> list[click.Context]:
    """Give the context of every command there is."""
    top = root()
    return list(leaves(top, click.Context(top, info_name="palomar")))


def commands() -> str:
    """Give every command with its options, as its help says them."""
    return "\n".join(map(section, contexts()))


def section(context: click.Context) -> str:
    """Give one command: its usage, what it does, and its options."""
    command = context.command
    usage = " ".join(command.collect_usage_pieces(context))
    about = (inspect.cleandoc(command.help or "")).split("\f")[0]
    records = (parameter.get_help_record(context) for parameter in command.get_params(context))
    rows = ((f"`{record[0]}`", everywhere(record[1])) for record in records if record)
    return (
        f"## {context.command_path}\n\n    {context.command_path} {usage}\n\n{about}\n\n"
        + table(("option", "meaning"), rows)
    )


def everywhere(text: str) -> str:
    """Write what a default is on this machine as it is on any."""
    from relay.settings import default_data

    return text.replace(str(default_data()), "~/.local/state/palomar/palomar.db")


def filters() -> str:
    """Give every filter flag; those about an end with the flags of both ends."""
    from observe.flag_table import FLAGS

    rows = (
        (f"`{', '.join(names(flag))}`", flag.metavar, flag.help)
        for flag in FLAGS
        if flag.end in ("", "either")
    )
    return table(("flag", "value", "lets pass"), rows)


def dimensions() -> str:
    """Give every dimension by which flows are grouped."""
    from proto.aggregates.dimensions import DIMENSIONS

    rows = ((f"`{each.name}`", each.help) for each in DIMENSIONS.values())
    return table(("dimension", "value"), rows)


def names(flag: "Flag") -> list[str]:
    """Give the flag's names, and those of the same for one end."""
    ends = [f"--{end}-{flag.name.removeprefix('--')}" for end in ("from", "to") if flag.end]
    return [*flag.names, *ends]


TABLES: dict[str, Callable[[], str]] = {
    "commands": commands,
    "filters": filters,
    "dimensions": dimensions,
    "metrics": metrics,
    "relay_settings": relay_settings,
    "agent_settings": agent_settings,
}
"""How each table is made."""


def renewed(text: str) -> str:
    """Give a document's text with its tables made anew."""
    return MARKED.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], text)


def main() -> None:
    """Write the tables, or with `--check` compare them."""
    stale = []
    for name in DOCUMENTS:
        old = (ROOT / name).read_text()
        if (new := renewed(old)) != old:
            stale.append(name)
            if "--check" not in sys.argv[1:]:
                (ROOT / name).write_text(new)
    if stale and "--check" in sys.argv[1:]:
        raise SystemExit(f"not as made: {', '.join(stale)}; run python -m docs.tables")


if __name__ == "__main__":
    main()
