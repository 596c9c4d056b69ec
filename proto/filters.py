"""What a FlowFilter means, field by field: the one definition, whoever filters.

A flow passes if one of the allowed filters matches, or there is none, and no denied filter matches.
A filter matches if each of its set fields does; a field matches if one of its values does. `FIELDS`
says for each field which part of a flow it looks at (`reads`, see `proto.parts`) and how to build
the matcher of that part. Fields cheap to judge come first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

from proto import event_types
from proto.flow_pb2 import Flow, FlowFilter
from proto.matching import addresses, cel, globs, http, kinds, labels, names, regexes
from proto.matching.regexes import at_most
from proto.parts import READERS

__all__ = ["FIELDS", "READERS", "Condition", "Field", "InvalidFilter", "conditions", "predicate"]


MOST_FILTERS = 1_000
"""Filters that a list may have."""

MOST_VALUES = 10_000
"""Values that a field may have; where each of them is costly, fewer."""


class InvalidFilter(ValueError):
    """A filter that cannot be built; the text names the field and the value."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of FlowFilter: its name, the part that it reads, how it matches, a line of help."""

    name: str
    reads: str
    build: Callable[[Sequence[Any]], Callable[[Any], bool]]
    help: str

    def values(self, flow_filter: FlowFilter) -> Sequence[Any]:
        """Give the field's values in a filter, none if it is not set."""
        values: Sequence[Any] = attrgetter(self.name)(flow_filter)
        return values

    def matcher(self, values: Sequence[Any]) -> Callable[[Any], bool]:
        """Build the judge of the part that is read; InvalidFilter if a value cannot be meant."""
        try:
            at_most(MOST_VALUES, values)
            return self.build(values)
        except ValueError as error:
            raise InvalidFilter(f"invalid {self.name}: {error}") from None


class Condition(NamedTuple):
    """A field that is set in a filter, and the matcher of its values."""

    field: Field
    matches: Callable[[Any], bool]


_BY_NAME = "[namespace/]name-prefix; `default` if left out, any namespace if empty (`/x`, `/`)"
_BY_IP = "an address, or a prefix such as 10.0.0.0/8"
_BY_LABEL = "a selector: a=b, a!=b, a in (x,y), a notin (x), a, !a; commas mean AND"
_BY_GLOB = "a domain name in which * stands for any part"
_BY_WORKLOAD = "the name, the kind, or both"

FIELDS: tuple[Field, ...] = (
    Field("uuid", "uuid", names.exactly, "the flow's own identifier"),
    Field("verdict", "verdict", names.exactly, "what became of the flow"),
    Field("traffic_direction", "traffic_direction", names.exactly, "ingress or egress"),
    Field("event_type", "event_type", kinds.event_types, "the event's type and subtype"),
    Field("drop_reason_desc", "drop_reason", names.exactly, "why a flow was dropped"),
    Field(
        "reply", "reply", names.exactly, "whether it is a reply; unknown is neither, unless dropped"
    ),
    Field("encrypted", "encrypted", names.exactly, "whether it was encrypted"),
    Field("ip_version", "ip_version", names.exactly, "IPv4, IPv6, or no IP at all"),
    Field("ip_trace_id", "ip_trace_id", names.exactly, "the trace id in an IP option"),
    Field("trace_id", "trace_id", names.exactly, "the trace id of a request"),
    Field("source_identity", "source", names.identities, "the security identity"),
    Field("destination_identity", "destination", names.identities, "the security identity"),
    Field("source_cluster_name", "source", names.clusters, "the cluster's name"),
    Field("destination_cluster_name", "destination", names.clusters, "the cluster's name"),
    Field("source_pod", "source", names.pods, _BY_NAME),
    Field("destination_pod", "destination", names.pods, _BY_NAME),
    Field("source_service", "source_service", names.services, _BY_NAME),
    Field("destination_service", "destination_service", names.services, _BY_NAME),
    Field("protocol", "protocols", kinds.protocols, "a layer 4 or layer 7 protocol"),
    Field("source_port", "source_port", kinds.ports, "a port"),
    Field("destination_port", "destination_port", kinds.ports, "a port"),
    Field("tcp_flags", "tcp_flags", kinds.tcp_flags, "TCP flags of which all must be set"),
    Field("interface", "interface", kinds.interfaces, "a network interface's name or index"),
    Field("source_ip", "source_ip", addresses.addresses, _BY_IP),
    Field("destination_ip", "destination_ip", addresses.addresses, _BY_IP),
    Field("source_ip_xlated", "source_ip_xlated", addresses.addresses, _BY_IP),
    Field("source_workload", "source", names.workloads, _BY_WORKLOAD),
    Field("destination_workload", "destination", names.workloads, _BY_WORKLOAD),
    Field("node_name", "node_name", globs.nodes, "[cluster/]node, in which * stands for any part"),
    Field("source_fqdn", "source_names", globs.domains, _BY_GLOB),
    Field("destination_fqdn", "destination_names", globs.domains, _BY_GLOB),
    Field("source_label", "source", labels.endpoint_labels, _BY_LABEL),
    Field("destination_label", "destination", labels.endpoint_labels, _BY_LABEL),
    Field("node_labels", "node_labels", labels.labels, _BY_LABEL),
    Field(
        "http_status_code", "http", http.statuses, "a status, or what it begins with: 404, 40+, 5+"
    ),
    Field("http_method", "http", http.methods, "a method, in any case"),
    Field("http_header", "http", http.headers, "a header's key and value, exactly"),
    Field("http_path", "http", http.paths, "an RE2 expression found in the URL's path"),
    Field("http_url", "http", http.urls, "an RE2 expression found in the URL"),
    Field(
        "dns_query", "dns_query", regexes.dns_queries, "an RE2 expression found in the asked name"
    ),
    Field("experimental.cel_expression", "flow", cel.expressions, "a CEL expression over `_flow`"),
)
"""Every field of FlowFilter."""


def conditions(flow_filter: FlowFilter) -> tuple[Condition, ...]:
    """Give what must hold for a filter to match; nothing for an empty one, which matches all."""
    _check_event_types(flow_filter)
    return tuple(
        Condition(field, field.matcher(values))
        for field in FIELDS
        if (values := field.values(flow_filter))
    )


def predicate(
    allow: Sequence[FlowFilter], deny: Sequence[FlowFilter]
) -> Callable[[Flow], bool] | None:
    """Build the test that a flow must pass; None if all do; InvalidFilter if it cannot be built."""
    allowed = [_all_of(conditions(each)) for each in _bounded(allow)]
    denied = [_all_of(conditions(each)) for each in _bounded(deny)]
    if not denied:
        return _one_of(allowed) if allowed else None
    if not allowed:
        return lambda flow: not any(matches(flow) for matches in denied)
    return lambda flow: (
        any(matches(flow) for matches in allowed) and not any(matches(flow) for matches in denied)
    )


def _bounded(filters: Sequence[FlowFilter]) -> Sequence[FlowFilter]:
    if len(filters) > MOST_FILTERS:
        raise InvalidFilter(f"{len(filters)} filters are more than {MOST_FILTERS}")
    return filters


def _one_of(tests: list[Callable[[Flow], bool]]) -> Callable[[Flow], bool]:
    return tests[0] if len(tests) == 1 else lambda flow: any(test(flow) for test in tests)


def _all_of(terms: tuple[Condition, ...]) -> Callable[[Flow], bool]:
    pairs = [(READERS[term.field.reads], term.matches) for term in terms]
    if len(pairs) == 1:
        [(read, matches)] = pairs
        return lambda flow: matches(read(flow))
    return lambda flow: all(matches(read(flow)) for read, matches in pairs)


def _check_event_types(flow_filter: FlowFilter) -> None:
    """Refuse what could never match: something about HTTP of events of which none is of layer 7."""
    if not flow_filter.event_type or any(t.type == event_types.L7 for t in flow_filter.event_type):
        return
    for field in FIELDS:
        if field.reads == "http" and field.values(flow_filter):
            raise InvalidFilter(f"invalid {field.name}: event_type must have l7 among its values")
