"""A client that asks again and again for what makes a relay look at every flow, in a process of its
own, until its input ends: `python -m bench.scanner ADDRESS uuid|all`; then it prints how often.
"""

import sys
import threading
from contextlib import suppress

from proto.client import Client
from proto.failure import TransportError
from proto.flow_pb2 import FlowFilter
from proto.observer_pb2 import GetFlowsRequest

ALL = 2**64 - 1
QUERIES = {
    "uuid": GetFlowsRequest(number=ALL, whitelist=[FlowFilter(uuid=["none-has-this"])]),
    "all": GetFlowsRequest(number=ALL),
}
"""By name: one that nothing can narrow and that finds nothing; one that reads all."""


def scan(client: Client, request: GetFlowsRequest, done: list[int], stop: threading.Event) -> None:
    """Ask until it is told to stop, and the client is closed."""
    with suppress(TransportError, ValueError):
        while not stop.is_set():
            found = sum(map(len, client.responses(request)))
            if not stop.is_set():
                done.append(found)


def main(address: str, name: str) -> None:
    """Scan until the input ends."""
    done: list[int] = []
    stop = threading.Event()
    with Client(address) as client:
        thread = threading.Thread(target=scan, args=(client, QUERIES[name], done, stop))
        thread.start()
        sys.stdin.read()
        stop.set()
        client.close()
        thread.join()
    print(len(done))


if __name__ == "__main__":
    main(*sys.argv[1:])
