"""Ways to show flows and events, by the names that `--output` takes.

Each is a printer in a module of its own, which is imported only when it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from observe.printers.printer import Printer
    from observe.printers.style import Style


class Output(NamedTuple):
    """An output: where its printer is, and what it is fit for.

    `words` says that a flow is shown in words and not whole, `follows` that lines may be shown as
    they come, `only_flows` that nothing but flows belongs in it: a loss is for standard error;
    `apart` that how a flow is shown does not depend on what was shown before.
    """

    module: str
    printer: str
    words: bool = True
    follows: bool = True
    only_flows: bool = False
    apart: bool = True


OUTPUTS: dict[str, Output] = {
    "compact": Output("compact", "CompactPrinter"),
    "dict": Output("dictionary", "DictPrinter", apart=False),
    "table": Output("table", "TablePrinter", follows=False, apart=False),
    "tab": Output("table", "TablePrinter", follows=False, apart=False),
    "jsonpb": Output("jsonlines", "JsonPrinter", words=False),
    "json": Output("jsonlines", "JsonPrinter", words=False),
    "flow": Output("jsonlines", "FlowPrinter", words=False, only_flows=True),
    "csv": Output("csv", "CsvPrinter", only_flows=True),
}
"""The outputs by name."""

CSV_COLUMNS = (
    "time",
    "node",
    "source",
    "source_port",
    "destination",
    "destination_port",
    "protocol",
    "kind",
    "verdict",
    "summary",
)
"""The columns of CSV unless others are asked for."""


def printer_for(name: str, style: "Style") -> "Printer":
    """Make the printer of an output."""
    output = OUTPUTS[name]
    made: Printer = getattr(import_module(f"observe.printers.{output.module}"), output.printer)(
        style
    )
    return made


def fields_shown(name: str, style: "Style") -> list[str]:
    """List the fields that an output reads of a flow, for a field mask; none if it reads all."""
    if not OUTPUTS[name].words:
        return []
    from observe.printers.columns import COLUMNS, paths

    if name == "csv":
        return paths(style.columns, style)
    left_out = set() if style.node_name else {"node"}
    if name != "compact":
        left_out |= {"source_identity", "destination_identity", "arrow"}
    elif not style.identities:
        left_out |= {"source_identity", "destination_identity"}
    return paths((each for each in COLUMNS if each not in left_out | {"protocol"}), style)
