"""Count drops by reason over the last hour: `python examples/count_drops.py [SERVER]`."""

import sys

import palomar


def main(server: str = "localhost:4245") -> None:
    """Print each reason with its count, the most frequent first."""
    with palomar.connect(server) as client:
        reasons = client.top(by="drop_reason", limit=100, verdict="DROPPED", since="1h")
    for row in reasons:
        print(f"{row.counts.flows:8} {row.values['drop_reason']}")


if __name__ == "__main__":
    if len(sys.argv) not in (1, 2):
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (palomar.TransportError, ValueError) as error:
        sys.exit(str(error))
