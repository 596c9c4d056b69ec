"""Watch one pod until Ctrl-C: `python examples/watch_pod.py shop/cart [SERVER]`.

Without a namespace the pod is in `default`. When the server restarts, the follow goes on.
"""

import sys
from contextlib import suppress

import palomar
from proto.describe import ends, summary, verdict


def main(pod: str, server: str = "localhost:4245") -> None:
    """Print a line for each flow from or to the pod, as it comes."""

    def tell(line: str) -> None:
        print(line, file=sys.stderr)

    with palomar.connect(server) as client, suppress(KeyboardInterrupt):
        for flow in client.flows(pod=pod, follow=True, on_reconnect=tell):
            source, destination = ends(flow)
            time = flow.time.ToJsonString()
            print(time, source, "->", destination, verdict(flow), summary(flow), flush=True)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (palomar.TransportError, ValueError) as error:
        sys.exit(str(error))
