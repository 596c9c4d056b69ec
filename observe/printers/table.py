"""Columns under a header, each as wide as its widest cell."""

from dataclasses import replace
from typing import Any

from observe.printers.compact import Phrases
from observe.printers.style import PLAIN, Style
from proto.describe import escape, kind
from proto.describe_events import (
    agent_event,
    debug_cpu,
    debug_end,
    debug_mark,
    lost_count,
    lost_source,
)
from proto.enums import enum_name
from proto.flow_pb2 import AgentEventType, DebugEventType

PADDING = 3
ROWS = 65_536
"""How many rows are held back to find the widths; a longer table goes on with these, or wider."""

FLOW_HEADER = ("SOURCE", "DESTINATION", "TYPE", "VERDICT", "SUMMARY")
AGENT_HEADER = ("TYPE", "DETAILS")
DEBUG_HEADER = ("FROM", "", "TYPE", "CPU/MARK", "MESSAGE")


class TablePrinter(Phrases):
    """Prints columns without colours; the ends of a reply stay where they are."""

    def __init__(self, style: Style) -> None:
        super().__init__(replace(style, palette=PLAIN))
        self._rows: list[tuple[str, ...]] = []
        self._widths: list[int] = []

    def flow(self, response: Any) -> str:
        """Take a flow."""
        flow = response.flow
        said = (*self.ends(flow), kind(flow), self.verdict(flow), self.summary(flow))
        return self._add(FLOW_HEADER, flow, said)

    def lost(self, response: Any) -> str:
        """Take a loss."""
        lost = response.lost_events
        said = lost_count(lost, self.style.clock)
        return self._add(FLOW_HEADER, response, (lost_source(lost), "-", "EVENTS LOST", "-", said))

    def agent_event(self, response: Any) -> str:
        """Take an agent event."""
        event = response.agent_event
        name, said = enum_name(AgentEventType, event.type), agent_event(event, self.style.clock)
        return self._add(AGENT_HEADER, response, (name, said))

    def debug_event(self, response: Any) -> str:
        """Take a debug event."""
        event = response.debug_event
        name = enum_name(DebugEventType, event.type)
        mark = f"{debug_cpu(event)} {debug_mark(event)}"
        said = (debug_end(event), "", name, mark, escape(event.message))
        return self._add(DEBUG_HEADER, response, said)

    def close(self) -> str:
        """Give the rows that were held back."""
        rows, self._rows = self._rows, []
        columns = zip(*(row[:-1] for row in rows), strict=True)
        widths = [max(map(len, column)) + PADDING for column in columns]
        old = self._widths or [0] * len(widths)
        self._widths = [max(pair) for pair in zip(widths, old, strict=True)] if widths else old
        return "".join(self._line(row) for row in rows)

    def _add(self, header: tuple[str, ...], message: Any, said: tuple[str, ...]) -> str:
        if not self._rows and not self._widths:
            self._rows.append(self._row("TIMESTAMP", "NODE", header))
        self._rows.append(self._row(self._time(message), escape(message.node_name), said))
        return self.close() if len(self._rows) >= ROWS else ""

    def _row(self, time: str, node: str, said: tuple[str, ...]) -> tuple[str, ...]:
        return (time, node, *said) if self.style.node_name else (time, *said)

    def _line(self, row: tuple[str, ...]) -> str:
        cells = (f"{cell:<{width}}" for cell, width in zip(row[:-1], self._widths, strict=True))
        return f"{''.join(cells)}{row[-1]}\n"
