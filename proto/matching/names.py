"""Matching by name: pods and services by namespace and prefix, workloads, clusters, exact texts."""

from collections.abc import Callable, Sequence

from proto.flow_pb2 import Endpoint, Service, Workload

DEFAULT_NAMESPACE = "default"
"""Where a name without a namespace is looked for."""


def pods(values: Sequence[str]) -> Callable[[Endpoint | None], bool]:
    """Match an endpoint whose pod is named `[namespace/]prefix`."""
    named = _namespaced(values)
    return lambda end: end is not None and named(end.namespace, end.pod_name)


def services(values: Sequence[str]) -> Callable[[Service | None], bool]:
    """Match a service named `[namespace/]prefix`."""
    named = _namespaced(values)
    return lambda service: service is not None and named(service.namespace, service.name)


def clusters(values: Sequence[str]) -> Callable[[Endpoint | None], bool]:
    """Match an endpoint in one of the clusters; ValueError for an empty name."""
    if "" in values:
        raise ValueError("'' is not the name of a cluster")
    names = frozenset(values)
    return lambda end: end is not None and end.cluster_name in names


def identities(values: Sequence[int]) -> Callable[[Endpoint | None], bool]:
    """Match an endpoint with one of the security identities; 0 is one, too."""
    numbers = frozenset(values)
    return lambda end: end is not None and end.identity in numbers


def workloads(values: Sequence[Workload]) -> Callable[[Endpoint | None], bool]:
    """Match an endpoint of one of the workloads; an empty name or kind stands for any."""
    return lambda end: (
        end is not None
        and any(
            value.name in ("", workload.name) and value.kind in ("", workload.kind)
            for workload in end.workloads
            for value in values
        )
    )


def exactly(values: Sequence[str | int | bool]) -> Callable[[str | int | bool | None], bool]:
    """Match a part that equals one of the values."""
    return frozenset(values).__contains__


def _namespaced(values: Sequence[str]) -> Callable[[str, str], bool]:
    """Match a namespace and a name; a name whose namespace is left empty may be in any."""
    prefixes: dict[str, tuple[str, ...]] = {}
    for namespace, prefix in map(_namespace_and_prefix, values):
        prefixes[namespace] = (*prefixes.get(namespace, ()), prefix)
    anywhere = prefixes.pop("", ())
    return lambda namespace, name: (
        bool(namespace or name) and name.startswith(prefixes.get(namespace, ()) + anywhere)
    )


def _namespace_and_prefix(value: str) -> tuple[str, str]:
    if not value:
        raise ValueError("'' is not [NAMESPACE/]NAME")
    namespace, slash, name = value.partition("/")
    # What follows a second slash means nothing, in the reference as here.
    return (namespace, name.partition("/")[0]) if slash else (DEFAULT_NAMESPACE, namespace)
