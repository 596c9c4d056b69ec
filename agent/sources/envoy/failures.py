"""What went wrong with a request or connection, in Envoy's words."""

import re

from agent.sources.envoy.text import text
from proto.accesslog_pb2 import AccessLogCommon, ResponseFlags

OF_THE_SERVER = frozenset(
    name
    for name in ResponseFlags.DESCRIPTOR.fields_by_name
    if "upstream" in name or name in ("no_cluster_found", "dns_resolution_failure")
) | {"failed_local_healthcheck", "overload_manager"}
"""Flags that say that the server's side failed, not the client or a rule."""

DENIED = re.compile(r"rbac_access_denied_matched_policy\[(.*)\]", re.DOTALL)
"""What Envoy says when its role-based access control denies; `none`: no policy allowed it."""


def failed(common: AccessLogCommon) -> bool:
    """Tell whether the server could not be asked, or not to the end."""
    return any(field.name in OF_THE_SERVER for field, _ in common.response_flags.ListFields())


def failure(common: AccessLogCommon) -> str:
    """Say what failed; empty where nothing did."""
    flags = [field.name.replace("_", " ") for field, _ in common.response_flags.ListFields()]
    said = ", ".join(flags)
    reason = text(common.upstream_transport_failure_reason)
    return ": ".join(part for part in (said, reason) if part)


def denied_by(details: bytes) -> str | None:
    """Name the policy that denied; empty for none in particular, None if nothing was denied."""
    found = DENIED.match(text(details))
    if found is None:
        return None
    return "" if found[1] == "none" else found[1]
