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
        self._header = str(self._record(style.columns))

    def flow(self, response: Any) -> str:
        """Show a flow, the first one after the header."""
        flow, style = response.flow, self.style
        return self._headed(str(self._record([show(flow, style) for show in self._columns])))

    def close(self) -> str:
        """Give the header where there was no flow."""
        return self._headed("")

    def _headed(self, text: str) -> str:
        header, self._header = self._header, ""
        return header + text


class _Text:
    """A file that gives back what is written to it, so that the writer does."""

    def write(self, text: str) -> str:
        return text
