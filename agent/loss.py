"""Losses as events: what an agent could not deliver is told to those who look for it."""

from proto import flow_pb2, observer_pb2, timestamps


def lost(count: int, node: str, first_ns: int, last_ns: int) -> bytes:
    """Make the event that says that an agent on `node` lost `count` events between two times."""
    loss = flow_pb2.LostEvent(
        source=flow_pb2.OBSERVER_EVENTS_QUEUE,
        num_events_lost=count,
        first=timestamps.from_ns(first_ns),
        last=timestamps.from_ns(last_ns),
    )
    event = observer_pb2.ExportEvent(
        lost_events=loss, node_name=node, time=timestamps.from_ns(last_ns)
    )
    return event.SerializeToString()
