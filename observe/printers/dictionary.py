"""A paragraph for each flow: one `KEY: value` a line, with a rule between two flows."""

from typing import Any

from observe.printers.compact import Phrases
from proto.describe import escape, kind
from proto.describe_events import (
    agent_event,
    debug_cpu,
    debug_end,
    debug_mark,
    lost_count,
    lost_source,
    node_names,
    node_state,
    quoted,
)
from proto.enums import enum_name
from proto.flow_pb2 import AgentEventType, DebugEventType

RULE = "------------\n"
KEY_WIDTH = len("DESTINATION")


class DictPrinter(Phrases):
    """Prints paragraphs; the ends of a reply stay where they are."""

    _rule = ""

    def flow(self, response: Any) -> str:
        """Show a flow."""
        flow = response.flow
        source, destination = self.ends(flow)
        return self._paragraph(
            flow,
            SOURCE=source,
            DESTINATION=destination,
            TYPE=kind(flow),
            VERDICT=self.verdict(flow),
            SUMMARY=self.summary(flow),
        )

    def lost(self, response: Any) -> str:
        """Show a loss."""
        lost = response.lost_events
        said = lost_count(lost, self.style.clock)
        return self._paragraph(
            response, SOURCE=lost_source(lost), TYPE="EVENTS LOST", VERDICT="-", SUMMARY=said
        )

    def agent_event(self, response: Any) -> str:
        """Show an agent event."""
        event = response.agent_event
        name, said = enum_name(AgentEventType, event.type), agent_event(event, self.style.clock)
        return self._paragraph(response, TYPE=name, DETAILS=said)

    def debug_event(self, response: Any) -> str:
        """Show a debug event."""
        event = response.debug_event
        return self._paragraph(
            response,
            TYPE=enum_name(DebugEventType, event.type),
            FROM=debug_end(event),
            MARK=debug_mark(event),
            CPU=debug_cpu(event),
            MESSAGE=escape(event.message),
        )

    def node_status(self, response: Any) -> str:
        """Show what happened to nodes, for standard error."""
        if not self._is_loud(response):
            return ""
        event = response.node_status
        return self._ruled(
            TIMESTAMP=self._time(response),
            STATE=node_state(event),
            NODES=node_names(event.node_names),
            MESSAGE=quoted(event.message) if event.message else "N/A",
        )

    def _paragraph(self, message: Any, **said: str) -> str:
        node = {"NODE": escape(message.node_name)} if self.style.node_name else {}
        return self._ruled(TIMESTAMP=self._time(message), **node, **said)

    def _ruled(self, **said: str) -> str:
        rule, self._rule = self._rule, RULE
        return rule + "".join(f"{key:>{KEY_WIDTH}}: {text}\n" for key, text in said.items())
