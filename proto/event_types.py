"""Event types and their subtypes, as CiliumEventType numbers them and as people name them."""

DROP = 1
DEBUG = 2
CAPTURE = 3
TRACE = 4
POLICY_VERDICT = 5
RECORDER = 6
TRACE_SOCK = 7
L7 = 129
AGENT = 130

TYPES = {
    "drop": DROP,
    "debug": DEBUG,
    "capture": CAPTURE,
    "trace": TRACE,
    "policy-verdict": POLICY_VERDICT,
    "recorder": RECORDER,
    "trace-sock": TRACE_SOCK,
    "l7": L7,
    "agent": AGENT,
}
"""The number of each event type, by name."""

TYPE_NAMES = {number: name for name, number in TYPES.items()}
"""The name of each event type, by number."""

TRACE_POINTS = {
    "to-endpoint": 0,
    "to-proxy": 1,
    "to-host": 2,
    "to-stack": 3,
    "to-overlay": 4,
    "from-endpoint": 5,
    "from-proxy": 6,
    "from-host": 7,
    "from-stack": 8,
    "from-overlay": 9,
    "from-network": 10,
    "to-network": 11,
    "from-crypto": 12,
    "to-crypto": 13,
}
"""The subtype of a trace event, by the name of its observation point."""

TRACE_POINT_NAMES = {number: name for name, number in TRACE_POINTS.items()}
"""The name of a trace event's observation point, by subtype."""

AGENT_EVENTS = {
    "unspecified": 0,
    "message": 1,
    "agent-started": 2,
    "policy-updated": 3,
    "policy-deleted": 4,
    "endpoint-regenerate-success": 5,
    "endpoint-regenerate-failure": 6,
    "endpoint-created": 7,
    "endpoint-deleted": 8,
    "ipcache-upserted": 9,
    "ipcache-deleted": 10,
}
"""The subtype of an agent event, by name (AgentEventType numbers them)."""

SUBTYPES = {TRACE: TRACE_POINTS, AGENT: AGENT_EVENTS}
"""The named subtypes of each event type that has any."""
