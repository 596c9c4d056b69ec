"""One line for each flow, for reading: time, ends with identities, kind, verdict and summary."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from observe.printers.printer import Printer
from observe.printers.style import PLAIN, Style
from proto.describe import (
    arrow,
    auth,
    ends,
    ends_apart,
    escape,
    host_and_port,
    identity,
    kind,
    summary,
    verdict,
)
from proto.describe_events import (
    agent_event,
    debug_cpu,
    debug_end,
    debug_mark,
    lost_count,
    lost_source,
)
from proto.enums import enum_name
from proto.flow_pb2 import AgentEventType, DebugEventType, Flow

IDENTITIES = 4096
"""How many identities are remembered with their text."""


class Phrases(Printer):
    """The parts of a flow with their colours, which compact and dict have in common."""

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self._plain = style.palette == PLAIN

    def ends(self, flow: Flow) -> tuple[str, str]:
        """Name and colour both ends."""
        if self._plain:
            return ends(flow, self.style.translate)
        apart = ends_apart(flow, self.style.translate)
        return (
            self._end(apart.source, apart.source_port),
            self._end(apart.destination, apart.destination_port),
        )

    def _end(self, host: str, port: str) -> str:
        """Colour an end. A flow without addresses has ends without a name, and no colour."""
        palette = self.style.palette
        if port:
            host = host_and_port(host, f"{palette.port}{port}{palette.reset}")
        return f"{palette.host}{host}{palette.reset}" if host else ""

    def verdict(self, flow: Flow) -> str:
        """Name and colour the verdict."""
        said = verdict(flow, self.style.policy_names)
        if self._plain:
            return said
        colour = self.style.palette.verdicts.get(flow.verdict)
        return f"{colour}{said}{self.style.palette.reset}" if colour else said

    def summary(self, flow: Flow) -> str:
        """Give the summary, and the authentication with its colour."""
        said = summary(flow)
        asked = auth(flow)
        if not asked:
            return said
        colour = self.style.palette.auths.get(flow.auth_type)
        return f"{said}; Auth: {f'{colour}{asked}{self.style.palette.reset}' if colour else asked}"


class CompactPrinter(Phrases):
    """Prints `time: source (identity) -> destination (identity) kind VERDICT (summary)`."""

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self._identity = self._identities()

    def flow(self, response: Any) -> str:
        """Show a flow; a reply is turned round, so that the client stands on the left."""
        flow = response.flow
        # Parts that are held need not be made again for whoever asks for them next.
        source_end, destination_end, _event = flow.source, flow.destination, flow.event_type
        source, destination = self.ends(flow)
        source += self._identity(source_end.identity)
        destination += self._identity(destination_end.identity)
        direction = arrow(flow)
        if direction == "<-":
            source, destination = destination, source
        return (
            f"{self._time(flow)}{self._node(flow)}: {source} {direction} {destination} "
            f"{kind(flow)} {self.verdict(flow)} ({self.summary(flow)})\n"
        )

    def lost(self, response: Any) -> str:
        """Show a loss."""
        lost = response.lost_events
        said = lost_count(lost, self.style.clock, " ")
        return f"{self._time(response)} EVENTS LOST: {lost_source(lost)} {said}\n"

    def agent_event(self, response: Any) -> str:
        """Show an agent event."""
        event = response.agent_event
        name, said = enum_name(AgentEventType, event.type), agent_event(event, self.style.clock)
        return f"{self._time(response)}{self._node(response)}: {name} ({said})\n"

    def debug_event(self, response: Any) -> str:
        """Show a debug event."""
        event = response.debug_event
        name = enum_name(DebugEventType, event.type)
        return (
            f"{self._time(response)}{self._node(response)}: {debug_end(event)} {name} "
            f"MARK: {debug_mark(event)} CPU: {debug_cpu(event)} ({escape(event.message)})\n"
        )

    def _identities(self) -> Callable[[int], str]:
        """Make what writes an identity after a space, or nothing where none is wanted."""
        if not self.style.identities:
            return lambda number: ""
        colour, reset = self.style.palette.identity, self.style.palette.reset
        return lru_cache(IDENTITIES)(lambda number: f" {colour}{identity(number)}{reset}")
