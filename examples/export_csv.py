"""Export a window to CSV: `python examples/export_csv.py 2h 1h [SERVER] > flows.csv`.

The window goes from so long ago to so long ago, or from one date to another
(`2026-10-13T16:30:00Z`).
"""

import csv
import sys

import palomar
from proto.describe import ends, kind, summary, verdict

COLUMNS = ("time", "node", "source", "destination", "type", "verdict", "summary")


def main(since: str, until: str, server: str = "localhost:4245") -> None:
    """Write a header, and a row for each flow of the window."""
    with palomar.connect(server) as client:
        flows = client.flows(since=since, until=until)
        rows = csv.writer(sys.stdout)
        rows.writerow(COLUMNS)
        for flow in flows:
            told = (*ends(flow), kind(flow), verdict(flow), summary(flow))
            rows.writerow((flow.time.ToJsonString(), flow.node_name, *told))


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (palomar.TransportError, ValueError) as error:
        sys.exit(str(error))
