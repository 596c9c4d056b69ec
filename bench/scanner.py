"""A client that asks again and again for what makes a relay look at every flow, in a process of its
own, until its input ends: `python -m bench.scanner ADDRESS uuid|all|singly`; then it prints how
often.
"""

import sys
import threading
from collections.abc import Callable
from contextlib import suppress

import grpc

from bench.followers import Way, by_observer, by_reader
from proto.failure import TransportError
from proto.flow_pb2 import FlowFilter
from proto.observer_pb2 import GetFlowsRequest

ALL = 2**64 - 1
QUERIES: dict[str, tuple[Way, GetFlowsRequest]] = {
    "uuid": (
        by_reader,
        GetFlowsRequest(number=ALL, whitelist=[FlowFilter(uuid=["none-has-this"])]),
    ),
    "all": (by_reader, GetFlowsRequest(number=ALL)),
    "singly": (by_observer, GetFlowsRequest(number=ALL)),
}
"""By name: one that nothing can narrow and that finds nothing; one that reads all, in batches, and
one flow a message.
"""


class Scanner(threading.Thread):
    """Asks until it is told to stop; `done` counts how often it was answered."""

    def __init__(self, address: str, name: str) -> None:
        super().__init__()
        self.done = 0
        self._address = address
        self._way, self._request = QUERIES[name]
        self._stopping = threading.Event()
        self._close: Callable[[], None] = lambda: None

    def run(self) -> None:
        """Ask."""
        while not self._stopping.is_set():
            answers, self._close = self._way(self._address, self._request)
            with suppress(TransportError, grpc.RpcError, ValueError):
                for _ in answers:
                    pass
                self.done += not self._stopping.is_set()
            self._close()

    def stop(self) -> None:
        """Stop, in the middle of an answer."""
        self._stopping.set()
        self._close()
        self.join()


def main(address: str, name: str) -> None:
    """Scan until the input ends."""
    scanner = Scanner(address, name)
    scanner.start()
    sys.stdin.read()
    scanner.stop()
    print(scanner.done)


if __name__ == "__main__":
    main(*sys.argv[1:])
