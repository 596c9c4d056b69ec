"""What the relay counts: one table of names and help, the counts, and the page that Prometheus
reads."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from relay.settings import StartError

if TYPE_CHECKING:
    from prometheus_client.core import Metric as Family

Values = Mapping[tuple[str, ...], float]
"""Values of a metric by those of its labels."""


class Metric(NamedTuple):
    """One row of the table. A counter's name ends in `_total`."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    labels: tuple[str, ...] = ()


METRICS = (
    Metric("palomar_ring_flows", "gauge", "Events kept.", ("ring",)),
    Metric("palomar_ring_capacity", "gauge", "Most events that are kept.", ("ring",)),
    Metric("palomar_ring_bytes", "gauge", "Size of what is kept.", ("ring",)),
    Metric("palomar_ring_seen_total", "counter", "Events stored, ever.", ("ring",)),
    Metric(
        "palomar_ring_evicted_total", "counter", "Events that a limit removed.", ("ring", "limit")
    ),
    Metric("palomar_rollup_minutes", "gauge", "Minutes of which counts are kept."),
    Metric("palomar_rollup_bytes", "gauge", "Size of these counts."),
    Metric("palomar_rollup_late_total", "counter", "Flows of minutes before those kept."),
    Metric("palomar_rollup_folded_total", "counter", "Flows whose rare values are not counted."),
    Metric("palomar_healthy", "gauge", "1 while the store takes batches."),
    Metric("palomar_nodes", "gauge", "Nodes by state.", ("state",)),
    Metric("palomar_agent_streams", "gauge", "Streams of agents that are open."),
    Metric("palomar_agent_streams_refused_total", "counter", "Streams of agents over the limit."),
    Metric(
        "palomar_agent_streams_failed_total", "counter", "Streams ended for breaking the protocol."
    ),
    Metric("palomar_agent_streams_replaced_total", "counter", "Streams that a newer one replaced."),
    Metric("palomar_batches_total", "counter", "Batches committed."),
    Metric("palomar_batch_bytes_total", "counter", "Bytes of the batches committed."),
    Metric("palomar_events_total", "counter", "Events that agents sent and the store committed."),
    Metric("palomar_events_refused_total", "counter", "Events that no reader could parse."),
    Metric("palomar_ingest_bytes", "gauge", "Bytes of batches that wait for their commit."),
    Metric("palomar_waiting_batches", "gauge", "Batches that wait for the writer."),
    Metric("palomar_flows_rate", "gauge", "Flows a second over the last minute."),
    Metric("palomar_calls_total", "counter", "Calls answered.", ("method",)),
    Metric("palomar_streams", "gauge", "Answers being streamed."),
    Metric("palomar_streams_refused_total", "counter", "Streamed answers over the limit."),
    Metric("palomar_events_sent_total", "counter", "Events sent to consumers.", ("method",)),
    Metric("palomar_followers", "gauge", "Streams that follow."),
    Metric(
        "palomar_follower_lost_total", "counter", "Events lost to followers that were too slow."
    ),
    Metric(
        "palomar_fanout_events", "gauge", "Committed events that wait for the followers' filters."
    ),
    Metric(
        "palomar_fanout_lost_total", "counter", "Events that were never matched, for lack of time."
    ),
    Metric(
        "palomar_fanout_failed_total", "counter", "Followers ended because their filter failed."
    ),
    Metric("palomar_tls_reloads_total", "counter", "Certificates replaced by newer files."),
    Metric(
        "palomar_tls_reload_failures_total",
        "counter",
        "Newer files that were no use; the old ones stay.",
    ),
)
"""Every metric of the relay."""

_NAMES = frozenset(metric.name for metric in METRICS)


class Metrics:
    """The counts of one relay. Safe to use from every thread."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self._sources: dict[str, Callable[[], Values]] = {}
        self._lock = threading.Lock()

    def add(self, name: str, amount: int = 1, *labels: str) -> None:
        """Count `amount` more of a metric of the table."""
        assert name in _NAMES, name
        with self._lock:
            self._counts[name, labels] += amount

    def read(self, name: str, source: Callable[[], Values]) -> None:
        """Take a metric's values from `source` whenever somebody looks."""
        assert name in _NAMES, name
        self._sources[name] = source

    def values(self, name: str) -> Values:
        """Give a metric's values; without labels, the one under the empty tuple."""
        if name in self._sources:
            return self._sources[name]()
        with self._lock:
            return {labels: count for (its, labels), count in self._counts.items() if its == name}

    def value(self, name: str, *labels: str) -> float:
        """Give one value, 0 where nothing was counted."""
        return self.values(name).get(labels, 0)

    def collect(self) -> "Iterator[Family]":
        """Give everything as prometheus-client wants it."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        for metric in METRICS:
            kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
            family = kind(metric.name, metric.help, labels=metric.labels)
            values = self.values(metric.name) or ({} if metric.labels else {(): 0.0})
            for labels, value in values.items():
                family.add_metric(labels, value)
            yield family


def serve(metrics: Metrics, host: str, port: int) -> tuple[str, Callable[[], None]]:
    """Serve the page at `/metrics`.

    Give its address and what stops it; raise StartError when the port is taken.
    """
    from prometheus_client import CollectorRegistry, start_http_server

    registry = CollectorRegistry()
    registry.register(metrics)
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise StartError(f"cannot serve metrics on {host}:{port}: {error.strerror}") from None

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return f"{host}:{server.server_port}", stop
