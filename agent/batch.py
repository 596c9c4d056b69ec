"""Batches: chunks as messages to the relay."""

from agent.sources.source import Chunk
from proto import shadow_pb2


def batch(ordinal: int, chunk: Chunk) -> bytes:
    """Make a serialized `CollectRequest` of a chunk; its shadow takes events as their bytes."""
    made = shadow_pb2.RawBatch(ordinal=ordinal, position=chunk.position, events=chunk.events)
    return shadow_pb2.RawRequest(batch=made).SerializeToString()
