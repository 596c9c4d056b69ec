"""One JSON object a line: the whole response, or the flow alone."""

from typing import Any

from observe.printers.compact import CompactPrinter
from observe.printers.printer import Printer
from proto.jsonlines import json_text


class JsonPrinter(Printer):
    """Prints responses as Hubble does with `-o jsonpb`; changes of nodes too."""

    def flow(self, response: Any) -> str:
        """Show a response whole, whatever it is."""
        return f"{json_text(response)}\n"

    lost = agent_event = debug_event = flow

    def node_status(self, response: Any) -> str:
        """Show what happened to nodes, for standard error."""
        return self.flow(response) if self._is_loud(response) else ""


class FlowPrinter(CompactPrinter):
    """Prints the flow alone, without its envelope; a loss is for standard error."""

    def flow(self, response: Any) -> str:
        """Show a flow."""
        return f"{json_text(response.flow)}\n"
