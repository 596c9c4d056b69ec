"""Results of runs that never were."""

from typing import Any

from bench.figure import Figure

MACHINE = {
    "cores": 2,
    "cpu": "a processor",
    "load": 0.1,
    "loop": 25.0,
    "python": "3.11.7",
    "sqlite": "3.40.1",
    "grpcio": "1.85.1",
    "protobuf": "7.36.2",
    "numpy": "2.4.6",
}


def result(*figures: Figure, bench: str = "ingest", **more: Any) -> dict[str, Any]:
    """Make what a benchmark gives."""
    used = {"name": "relay", "seconds": 12.0, "cpu": 9.5, "memory": 88.2}
    return {
        "bench": bench,
        "date": "2026-11-23T22:00:00+00:00",
        "machine": MACHINE,
        "options": {},
        "figures": [figure.as_dict() for figure in figures],
        "processes": [used],
        **more,
    }
