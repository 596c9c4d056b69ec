"""A text for each filter flag that any text would not do for."""

SAMPLES = {
    "verdict": "DROPPED",
    "drop_reason_desc": "POLICY_DENIED",
    "event_type": "drop",
    "ip_trace_id": "7",
    "ip_version": "6",
    "identity": "world",
    "http_header": "a:b",
    "http_status_code": "5+",
    "tcp_flags": "syn",
    "traffic_direction": "ingress",
    "protocol": "tcp",
    "ip": "::1",
    "source_ip_xlated": "::1",
    "port": "53",
    "experimental.cel_expression": "true",
}
"""By the field that the flag is about."""
