"""Comma-separated values after RFC 4180: a header, then one record for each flow."""

import csv
from typing import Any

from observe.printers.columns import column
from observe.printers.compact import CompactPrinter
from observe.printers.style import Style


class CsvPrinter(CompactPrinter):
    """Prints the columns of its style; a loss is a line for standard error."""

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self._columns = [column(name).show for name in style.columns]
        self._record = csv.writer(_Text()).writerow

    def opening(self) -> str:
        """Give the header."""
        return str(self._record(self.style.columns))

    def flow(self, response: Any) -> str:
        """Show a flow."""
        flow, style = response.flow, self.style
        return str(self._record([show(flow, style) for show in self._columns]))


class _Text:
    """A file that gives back what is written to it, so that the writer does."""

    def write(self, text: str) -> str:
        return text
