"""The envelope of an event: what came without node or time gets them from where they are known."""

from proto.observer_pb2 import ExportEvent


def complete(event: ExportEvent, node: str) -> None:
    """Fill in what an envelope lacks: `node`, else the flow's own node; the flow's time."""
    if not event.node_name:
        event.node_name = node or event.flow.node_name
    if not event.HasField("time") and event.flow.HasField("time"):
        event.time.CopyFrom(event.flow.time)
