"""Dictionary values in words, for the people who read the views."""

from collections.abc import Callable

from proto import flow_pb2, shadow_pb2


def _endpoint(value: bytes) -> str:
    read = flow_pb2.Endpoint.FromString(value)
    if read.pod_name or read.namespace:
        return f"{read.namespace}/{read.pod_name}"
    return ",".join(read.labels) or f"identity {read.identity}"


def _service(value: bytes) -> str:
    read = flow_pb2.Service.FromString(value)
    return f"{read.namespace}/{read.name}"


def _names(value: bytes) -> str:
    return b",".join(shadow_pb2.Names.FromString(value).names).decode()


WORDS: dict[str, Callable[[bytes], str]] = {
    "endpoint": _endpoint,
    "address": bytes.decode,
    "service": _service,
    "names": _names,
    "node": bytes.decode,
    "method": bytes.decode,
    "url": bytes.decode,
    "host": bytes.decode,
    "query": bytes.decode,
    "policy": bytes.decode,
}
"""How to say a value of each dictionary."""
