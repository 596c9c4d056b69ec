"""Settings of a relay, each with its default: what the command line sets, and what a test may set
by name."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from relay.rings.limits import Limit

DEFAULT_LISTEN = "localhost:4245"
"""Flows name people's hosts and URLs, and a plain listener asks nobody who they are: only this
machine, until told."""

LONGEST_TOLERANCE = 1_000_000_000
"""Most seconds that a clock may be ahead: thirty years, which is any clock."""


class UsageError(ValueError):
    """A setting that cannot be used; its text is one line that names the setting and the value."""


class StartError(Exception):
    """A relay that cannot start: an address that is taken, a certificate that cannot be read; one
    line."""


def default_data() -> Path:
    """Give the database's default place, under XDG_STATE_HOME: the same from whatever directory a
    relay is started."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "palomar" / "palomar.db"


@dataclass(frozen=True)
class Settings:
    """All settings of one relay. Sizes are in bytes, spans in seconds."""

    listen: tuple[str, ...] = (DEFAULT_LISTEN,)
    """Addresses to listen on: `host:port` (port 0 takes any free one) or `unix:///path`."""
    hubble_listen: tuple[str, ...] = ()
    """Addresses at which many flows are put into a frame, for tools that take one a message."""
    data: Path = field(default_factory=default_data)
    """The database file; made, with its directory, when it does not exist."""
    limits: Mapping[str, Limit] = field(default_factory=dict)
    """Limits of rings by class; a class that is not named keeps its default."""
    clock_tolerance: float = 7200.0
    """How far ahead of its arrival a flow's time may be before it is ordered by its arrival."""
    node_name: str = field(default_factory=socket.gethostname)
    """Name of this relay where it speaks for itself: in node statuses, losses of its own and to
    peers."""
    advertise: str = ""
    """Address under which Hubble relays shall reach this one as a node; empty: not offered."""
    metrics: str = ""
    """Address of the Prometheus page; empty: none."""
    tls_cert_file: Path | None = None
    """Certificate of the listener, PEM, with its chain."""
    tls_key_file: Path | None = None
    """Key of that certificate, PEM."""
    tls_client_ca_files: tuple[Path, ...] = ()
    """Authorities of client certificates; with any, a client without a certificate is refused."""
    max_agents: int = 256
    """Streams of agents at a time."""
    max_message: int = 4 << 20
    """Largest message taken; gRPC's own default, which every client keeps to."""
    hello_timeout: float = 10.0
    """How long an agent may take to say hello."""
    stream_batches: int = 32
    """Batches of one agent's stream that may wait for their commit."""
    ingest_bytes: int = 32 << 20
    """Bytes of all batches that may wait for their commit."""
    max_streams: int = 256
    """Answers being streamed at a time, followers among them."""
    max_calls: int = 1024
    """Calls of every kind at a time, by `listen` and by `hubble_listen` each."""
    query_threads: int = 4
    """Threads that read history."""
    follower_events: int = 16_384
    """Live events that may wait for one follower; then it loses the oldest."""
    follower_bytes: int = 16 << 20
    """Bytes of them."""
    fanout_events: int = 65_536
    """Committed events that may wait to be matched against the followers' filters; then the oldest
    are lost to all."""
    answer_bytes: int = 1 << 20
    """Size at which an answer of Reader is cut."""
    loss_interval: float = 1.0
    """Least time between two lost events of a live stream."""
    until_grace: float = 1.0
    """How long after `until` a following stream waits for flows from before it."""
    cursor_interval: float = 10.0
    """How often an idle Reader stream is told how far it has come."""
    rollup_minutes: int = 1440
    """Minutes of which counts are kept, also of flows that have left their ring."""
    rollup_rows: int = 8192
    """Kinds of flows that a minute's counts tell apart; the rarest beyond are counted together."""
    rollup_bytes: int = 128 << 20
    """Bytes of all counts; beyond, the oldest minutes go."""
    aggregate_flows: int = 300_000
    """Flows that are counted one by one, and to the nanosecond, though their minutes are kept."""
    aggregate_seconds: float = 2.0
    """How long flows are counted for one answer; it says which were not."""
    max_nodes: int = 1024
    """Nodes remembered; those that left longest ago are forgotten first."""
    grace: float = 5.0
    """How long streams may take to end when the relay shuts down."""

    def __post_init__(self) -> None:
        if (self.tls_cert_file is None) != (self.tls_key_file is None):
            raise UsageError("--tls-cert-file and --tls-key-file go together")
        if self.tls_client_ca_files and self.tls_cert_file is None:
            raise UsageError("--tls-client-ca-files needs --tls-cert-file and --tls-key-file")
        for name in ("rollup_minutes", "rollup_rows", "rollup_bytes"):
            if getattr(self, name) < 1:
                option = f"--{name.replace('_', '-')}"
                raise UsageError(f"{option}: {getattr(self, name)} is not at least 1")
        if not 0 <= self.clock_tolerance <= LONGEST_TOLERANCE:
            raise UsageError(
                f"--clock-tolerance: {self.clock_tolerance} is not from 0 to {LONGEST_TOLERANCE}"
            )
