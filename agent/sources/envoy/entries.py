"""Messages of access logs, told as events."""

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from google.protobuf.message import DecodeError

from agent.sources.envoy import dns, http, tcp
from agent.sources.envoy.connections import Connections
from agent.sources.envoy.directory import Directory
from agent.sources.envoy.hop import Hop, Origin, Uuids
from agent.sources.envoy.text import text
from proto.accesslog_pb2 import (
    HTTPAccessLogEntry,
    StreamAccessLogsMessage,
    TCPAccessLogEntry,
)

LONGEST_NODE = 253
"""Most bytes of an Envoy's id, as of a host's name (RFC 1123)."""

ENDS = (0, 3, 6, 9, 13)
"""Numbers of AccessLogType for the end of a request, connection or session, or for no moment in
particular. Entries about other moments would tell of the same thing twice.
"""

Entry: TypeAlias = HTTPAccessLogEntry | TCPAccessLogEntry


class Message(NamedTuple):
    """A message as it came, and the id of the Envoy that its stream began with."""

    proxy: bytes
    raw: bytes


class Tally:
    """What became of all that came."""

    def __init__(self) -> None:
        self.entries = 0
        """Entries that were told."""
        self.refused = 0
        """Messages that are none, and entries that say nothing."""
        self.interim = 0
        """Entries about a moment before the end."""
        self.nameless = 0
        """Messages of Envoys that did not say who they are."""


class Teller:
    """Tells messages as serialized events.

    `node` stands for Envoys that do not say who they are, and `cluster` is put before each name.
    """

    def __init__(
        self,
        directory: Directory,
        node: str = "",
        cluster: str = "",
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.tally = Tally()
        self.connections = Connections()
        self._directory = directory
        self._node = node
        self._cluster = cluster
        self._clock = clock
        self._uuids = Uuids()

    def events(self, message: Message) -> Iterator[bytes]:
        """Give the events of a message; none of one that cannot be read."""
        self._directory.refresh()
        try:
            told = StreamAccessLogsMessage.FromString(message.raw)
        except DecodeError:
            self.tally.refused += 1
            return
        origin = self._origin(message.proxy)
        entries: list[Entry] = [*told.http_logs.log_entry, *told.tcp_logs.log_entry]
        for entry in entries:
            if not entry.HasField("common_properties"):
                self.tally.refused += 1
            elif entry.common_properties.access_log_type not in ENDS:
                self.tally.interim += 1
            else:
                self.tally.entries += 1
                yield from self._tell(entry, origin)

    def _tell(self, entry: Entry, origin: Origin) -> Iterator[bytes]:
        common = entry.common_properties
        hop = Hop(common, origin, self._directory.endpoints, self._uuids, self._clock())
        if asked := dns.query(common.custom_tags):
            dns.tell(asked, hop, self.connections)
        elif isinstance(entry, HTTPAccessLogEntry):
            http.tell(entry, hop, self.connections)
        else:
            tcp.tell(entry, hop)
        return (event.SerializeToString() for event in hop.events)

    def _origin(self, proxy: bytes) -> Origin:
        """Name the node of an Envoy: as the endpoints file has it, else by the Envoy's own id."""
        self.tally.nameless += not proxy
        name = text(proxy, LONGEST_NODE)
        node = self._directory.endpoints.proxies.get(name, name) or self._node
        return Origin(node, f"{self._cluster}/{node}" if node and self._cluster else node)
