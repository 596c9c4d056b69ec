"""The filter flags of `observe`: one row a flag."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from observe import flag_values as values
from observe.switches import truth
from proto.identities import RESERVED


class Flag(NamedTuple):
    """A flag that gives a value to a field of FlowFilter.

    `field` is the field's name, without its end where it has two: `end` is "source", "destination"
    or "either", or empty for a field of the flow as a whole. `read` makes a value of a text, or
    None if the text asks for nothing; `choices` names values worth offering. A switch may stand
    without a text.
    """

    names: tuple[str, ...]
    field: str
    help: str
    metavar: str = "TEXT"
    read: Callable[[str], Any] = str
    end: str = ""
    choices: Callable[[], Sequence[str]] = tuple
    switch: bool = False

    @property
    def name(self) -> str:
        """The long name, by which it is spoken of."""
        return self.names[0]

    def fields(self, side: str) -> str:
        """Give the whole name of its field in the filter for one side, source or destination."""
        return (
            f"{self.end if self.end != 'either' else side}_{self.field}" if self.end else self.field
        )


def _ends(name: str, about: str, *short: str, field: str = "", **settings: Any) -> tuple[Flag, ...]:
    """Make the three flags about an end: `--from-NAME`, `--NAME` for either end, `--to-NAME`."""
    settings["field"] = field or name
    return (
        Flag((f"--{name}", *short), help=f"From or to {about}.", end="either", **settings),
        Flag((f"--from-{name}",), help=f"From {about}.", end="source", **settings),
        Flag((f"--to-{name}",), help=f"To {about}.", end="destination", **settings),
    )


def _switch(name: str, *short: str, field: str, read: Callable[[str], Any], help: str) -> Flag:
    return Flag((name, *short), field, help, metavar="", read=read, switch=True)


_IDENTITY: dict[str, Any] = {
    "metavar": "IDENTITY",
    "read": values.identity,
    "choices": lambda: tuple(RESERVED),
}
_ANYWHERE: dict[str, Any] = {
    "field": "namespace",
    "metavar": "",
    "read": values.anywhere,
    "switch": True,
}

FLAGS: tuple[Flag, ...] = (
    *_ends("pod", "a pod: [NAMESPACE/]PREFIX, in `default` if left out", metavar="POD"),
    *_ends("namespace", "a namespace", "-n", metavar="NAMESPACE"),
    *_ends("all-namespaces", "any namespace", "-A", **_ANYWHERE),
    *_ends("service", "a service: [NAMESPACE/]PREFIX", metavar="SERVICE"),
    *_ends("workload", "a workload: [KIND/]NAME", metavar="WORKLOAD", read=values.workload),
    *_ends("label", "an endpoint with these labels: a=b, !a, a in (x,y)", "-l", metavar="SELECTOR"),
    *_ends("identity", "a security identity: a name or number", **_IDENTITY),
    *_ends("cluster", "a cluster", field="cluster_name", metavar="CLUSTER"),
    *_ends("fqdn", "a domain name, * for any part", metavar="NAME"),
    *_ends("ip", "an IP address or prefix", metavar="IP"),
    *_ends("port", "a port", metavar="PORT"),
    Flag(("--snat-ip",), "source_ip_xlated", "With a source translated to this address.", "IP"),
    _switch("--ipv4", "-4", field="ip_version", read=values.ipv4, help="IPv4 only."),
    _switch("--ipv6", "-6", field="ip_version", read=values.ipv6, help="IPv6 only."),
    Flag(
        ("--ip-version",),
        "ip_version",
        "An IP version: v4, v6, none.",
        "VERSION",
        values.ip_version,
        choices=lambda: values.IP_VERSIONS,
    ),
    _switch("--encrypted", field="encrypted", read=truth, help="Encrypted only."),
    _switch("--unencrypted", field="encrypted", read=values.no, help="Not encrypted."),
    Flag(
        ("--verdict",),
        "verdict",
        "A verdict: FORWARDED, DROPPED, ERROR, AUDIT, …",
        "VERDICT",
        values.verdict,
        choices=values.verdicts,
    ),
    Flag(
        ("--drop-reason-desc",),
        "drop_reason_desc",
        "Dropped for this reason: POLICY_DENIED, …",
        "REASON",
        values.drop_reason,
        choices=values.drop_reasons,
    ),
    Flag(
        ("--type", "-t"),
        "event_type",
        "A type of event: trace, trace:to-proxy, drop, l7, policy-verdict, …",
        "TYPE[:SUBTYPE]",
        values.event_type,
        choices=values.event_type_names,
    ),
    Flag(
        ("--protocol",),
        "protocol",
        "A layer 4 or 7 protocol: tcp, udp, icmp, dns, http, …",
        "PROTOCOL",
        choices=values.protocols,
    ),
    Flag(
        ("--tcp-flags",),
        "tcp_flags",
        "With all of these TCP flags set: syn, or psh,ack.",
        "FLAGS",
        values.tcp_flags,
        choices=values.tcp_flag_names,
    ),
    Flag(
        ("--traffic-direction",),
        "traffic_direction",
        "Ingress or egress.",
        "DIRECTION",
        values.direction,
        choices=lambda: values.DIRECTIONS,
    ),
    _switch("--reply", field="reply", read=truth, help="Replies only."),
    Flag(("--interface",), "interface", "Seen at this interface.", "NAME", values.interface),
    Flag(("--http-status",), "http_status_code", "An HTTP status: 404, 40+, 5+.", "STATUS"),
    Flag(
        ("--http-method",),
        "http_method",
        "An HTTP method, in any case.",
        "METHOD",
        choices=lambda: values.HTTP_METHODS,
    ),
    Flag(("--http-path",), "http_path", "With this found in the URL's path.", "REGEX"),
    Flag(("--http-url",), "http_url", "With this found in the URL.", "REGEX"),
    Flag(("--http-header",), "http_header", "An HTTP header.", "KEY:VALUE", values.http_header),
    Flag(("--dns-query",), "dns_query", "With this found in the asked DNS name.", "REGEX"),
    Flag(("--trace-id",), "trace_id", "A request's trace id.", "ID"),
    Flag(("--ip-trace-id",), "ip_trace_id", "An IP option's trace id.", "ID", values.ip_trace_id),
    Flag(("--uuid",), "uuid", "The one flow with this identifier.", "UUID"),
    Flag(("--node-name",), "node_name", "A node: [CLUSTER/]NODE, * for any part.", "NODE"),
    Flag(("--node-label",), "node_labels", "A node with these labels.", "SELECTOR"),
    Flag(
        ("--cel-expression",),
        "experimental.cel_expression",
        "A CEL expression over _flow.",
        "EXPRESSION",
    ),
)
"""Every filter flag, in the order in which help shows them."""
