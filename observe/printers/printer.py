"""What every printer does: it makes text of a response, and says what goes to standard error."""

from abc import ABC, abstractmethod
from typing import Any

from observe.printers.style import Style
from proto import relay_pb2
from proto.describe import escape
from proto.describe_events import node_change

LOUD = {relay_pb2.NODE_UNAVAILABLE, relay_pb2.NODE_ERROR}
"""Changes of nodes that are shown to everybody; the others only when debugging."""


class Printer(ABC):
    """Makes text, with its line ends, of the responses of a server or the lines of a file.

    A method that has nothing to say returns an empty text. Responses are of any type with the
    fields that are read: GetFlowsResponse, ExportEvent, and those of agent and debug events.
    """

    def __init__(self, style: Style) -> None:
        self.style = style

    def opening(self) -> str:
        """Give what stands before all else."""
        return ""

    @abstractmethod
    def flow(self, response: Any) -> str:
        """Show a flow."""

    @abstractmethod
    def lost(self, response: Any) -> str:
        """Show a loss."""

    @abstractmethod
    def agent_event(self, response: Any) -> str:
        """Show an agent event."""

    @abstractmethod
    def debug_event(self, response: Any) -> str:
        """Show a debug event."""

    def node_status(self, response: Any) -> str:
        """Show what happened to nodes, for standard error; nothing where nobody need know."""
        if not self._is_loud(response):
            return ""
        time, node = self._time(response), escape(response.node_name)
        return f"{time} [{node}]: {node_change(response.node_status)}\n"

    def close(self) -> str:
        """Give what was held back."""
        return ""

    def _is_loud(self, response: Any) -> bool:
        return self.style.debug or response.node_status.state_change in LOUD

    def _time(self, message: Any) -> str:
        """Write the time of a flow or an envelope; `N/A` where it has none."""
        return self.style.clock(message.time) if message.HasField("time") else "N/A"

    def _node(self, message: Any) -> str:
        """Name the node in brackets, if that is wanted."""
        return f" [{escape(message.node_name)}]" if self.style.node_name else ""
