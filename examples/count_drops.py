"""Count drops by reason over the last hour: `python examples/count_drops.py [SERVER]`."""

import sys
from collections import Counter

import palomar
from proto.flow_pb2 import DropReason


def main(server: str = "localhost:4245") -> None:
    """Print each reason with its count, the most frequent first."""
    with palomar.connect(server) as client:
        drops = client.flows(verdict="DROPPED", since="1h")
        reasons = Counter(flow.drop_reason_desc for flow in drops)
    for reason, count in reasons.most_common():
        print(f"{count:8} {DropReason.Name(reason)}")


if __name__ == "__main__":
    if len(sys.argv) not in (1, 2):
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (palomar.TransportError, ValueError) as error:
        sys.exit(str(error))
