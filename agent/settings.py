"""Settings of an agent, each with its default: what the command line sets, and what a test may set
by name.
"""

from dataclasses import dataclass

LONGEST_LINE = 8 << 20
"""Longest line of a file that is read, in bytes."""


@dataclass(frozen=True)
class Settings:
    """How an agent hands on what it reads. Sizes are in bytes, spans in seconds."""

    spool_events: int = 65_536
    """Events that may wait for the relay; then a source waits, or loses events where it cannot
    wait.
    """
    spool_bytes: int = 64 << 20
    """Bytes of them."""
    chunk_bytes: int = 256 << 10
    """Size at which a batch is cut; also kept under half of what the relay takes."""
    window: int = 16
    """Batches that may be on their way, sent and not yet acknowledged."""
    grace: float = 5.0
    """How long an agent that is told to stop goes on delivering what it has read."""
