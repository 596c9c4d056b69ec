"""From responses to text: the loop of every command that prints."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from observe.printers import OUTPUTS
from observe.printers.printer import Printer
from observe.streams import Sink
from proto import relay_pb2


class Printed(NamedTuple):
    """What was made of a batch elsewhere: text for both streams, how many flows it shows, what it
    says of nodes, and the batch serialized without its responses.
    """

    out: bytes
    err: bytes
    shown: int
    missing: set[str]
    failed: bool
    rest: bytes


class Show:
    """Prints responses in batches, and keeps in mind what matters afterwards.

    `kind` is that of all responses where their type has only one, such as `agent_event`.
    """

    def __init__(self, output: str, printer: Printer, out: Sink, err: Sink, kind: str = "") -> None:
        self.shown = 0
        """How many flows or events were printed."""
        self.missing: set[str] = set()
        """Nodes that the server does not reach."""
        self.failed = False
        """Whether a node answered with an error."""
        self._printer = printer
        self._out = out
        self._err = err
        self._kind = kind
        self._flow = printer.flow
        losses = err if OUTPUTS[output].only_flows else out
        self._ways = {
            "agent_event": (printer.agent_event, out),
            "debug_event": (printer.debug_event, out),
            "lost_events": (printer.lost, losses),
            "node_status": (printer.node_status, err),
        }

    def run(self, batches: Iterable[Sequence[Any]], most: int | None = None) -> None:
        """Print batches from first to last, or until `most` flows were printed."""
        self._out.write(self._printer.opening())
        for batch in batches:
            self.print(batch if most is None else self._cut(batch, most - self.shown))
            if most is not None and self.shown >= most:
                break

    def take(self, printed: Printed) -> None:
        """Print what was made of a batch elsewhere."""
        self._out.write_bytes(printed.out)
        self._err.write_bytes(printed.err)
        self.shown += printed.shown
        self.missing |= printed.missing
        self.failed |= printed.failed

    def close(self) -> None:
        """Print what was held back."""
        self._out.write(self._printer.close())
        self._out.flush()

    def print(self, batch: Sequence[Any]) -> None:
        """Print a batch; what belongs to one stream is written at once."""
        pieces: list[str] = []
        for response in batch:
            if self._kind or not response.HasField("flow"):
                pieces.append(self._rarer(response))
            else:
                pieces.append(self._flow(response))
                self.shown += 1
        self._out.write("".join(pieces))

    def _rarer(self, response: Any) -> str:
        """Show what is no flow, unless it is not for standard output."""
        kind = self._kind or response.WhichOneof("response_types")
        way = self._ways.get(kind)
        if way is None:
            return ""
        show, sink = way
        if sink is not self._out:
            self._aside(kind, response, show(response))
            return ""
        self.shown += kind != "lost_events"
        return show(response)

    def _aside(self, kind: str, response: Any, text: str) -> None:
        """Print for standard error, and note how nodes are."""
        if kind == "node_status":
            change, names = response.node_status.state_change, response.node_status.node_names
            self.failed |= change == relay_pb2.NODE_ERROR
            if change == relay_pb2.NODE_UNAVAILABLE:
                self.missing.update(names)
            elif change == relay_pb2.NODE_CONNECTED:
                self.missing.difference_update(names)
        self._err.write(text)

    def _cut(self, batch: Sequence[Any], most: int) -> Sequence[Any]:
        """Give so much of a batch as holds at most so many flows."""
        if len(batch) <= most:
            return batch
        for place, response in enumerate(batch):
            most -= bool(self._kind) or response.HasField("flow")
            if not most:
                return batch[: place + 1]
        return batch
