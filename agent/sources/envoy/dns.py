"""Queries that Envoy's DNS filter answered.

Its log entries have no fields for them; Envoy must be told to note them as custom tags:

    custom_tags:
    - {tag: dns.query, value: "%QUERY_NAME%"}
    - {tag: dns.type, value: "%QUERY_TYPE%"}
    - {tag: dns.rcode, value: "%RESPONSE_CODE%"}
    - {tag: dns.answers, value: "%ANSWER_COUNT%"}

The addresses in an answer are not told, so flows have none.
"""

from collections.abc import Iterable

from agent.sources.envoy.arrival import redirect
from agent.sources.envoy.connections import Connections
from agent.sources.envoy.hop import Hop
from agent.sources.envoy.text import text
from proto import flow_pb2
from proto.accesslog_pb2 import Pair

LONGEST_NAME = 255
"""Most bytes of a name (RFC 1035, 2.3.4)."""

TYPES = {"1": "A", "5": "CNAME", "12": "PTR", "15": "MX", "16": "TXT", "28": "AAAA", "33": "SRV"}
"""Types of records by number (RFC 1035, 3596, 2782)."""

CODES = {
    "1": "Format Error",
    "2": "Server Failure",
    "3": "Non-Existent Domain",
    "5": "Query Refused",
}
"""What response codes mean (RFC 1035, 4.1.1)."""


def query(tags: Iterable[Pair]) -> dict[str, str]:
    """Read the tags of a query by name without `dns.`; empty where it is none."""
    told = {p.key: text(p.value, LONGEST_NAME) for p in tags if p.key.startswith(b"dns.")}
    if not told.get(b"dns.query"):
        return {}
    return {key.decode("ascii", "replace").removeprefix("dns."): told[key] for key in told}


def tell(asked: dict[str, str], hop: Hop, connections: Connections) -> None:
    """Tell of a query and its answer."""
    hop.protocol = "UDP"
    number, code = asked.get("type", ""), asked.get("rcode", "")
    kind = TYPES.get(number, f"TYPE{number}" if number.isdecimal() else "")
    name = asked["query"].rstrip(".") + "."
    dns = flow_pb2.DNS(query=name, qtypes=[kind] if kind else [], observation_source="proxy")
    redirect(hop, connections)
    line = f"{name} {kind}".strip()
    request = flow_pb2.Layer7(type=flow_pb2.REQUEST, dns=dns)
    hop.record(hop.asked, 0, request, f"DNS Query {line}")
    if code.isdecimal() and int(code) < 2**16:
        dns.rcode = int(code)
        said = (
            f"RCode: {CODES.get(code, code)}" if int(code) else f"{asked.get('answers', '?')} found"
        )
        response = flow_pb2.Layer7(type=flow_pb2.RESPONSE, dns=dns)
        hop.record(hop.asked, 0, response, f"DNS Answer {said} (Proxy {line})")
