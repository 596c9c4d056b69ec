"""The steps of the walkthrough: what is done, and what there is to see."""

from typing import NamedTuple

SAME, OTHER = "echo-same-node", "echo-other-node"


class Step(NamedTuple):
    """One step: a line of explanation, the state of the mesh, and what the clients ask for."""

    title: str
    about: str
    state: str
    requests: tuple[tuple[str, str, str], ...]
    """Client, service and path of each request."""
    by_name: bool = False
    """Whether the clients look the services up first; without a policy nobody would see it."""


STEPS = (
    Step(
        "No policy",
        "Both services answer 200. No proxy is in the path: flows go from an endpoint to an "
        "endpoint, or over the overlay to the other node.",
        "plain",
        (("client2", SAME, "/"), ("client2", OTHER, "/"), ("client", SAME, "/")),
    ),
    Step(
        "Unknown path",
        "/foo is 404. Who does not look into connections sees nothing but another connection.",
        "plain",
        (("client2", SAME, "/foo"), ("client2", OTHER, "/foo")),
    ),
    Step(
        "Layer-7 policy",
        "A policy allows DNS and GET / only, and puts the proxy in the path: to-proxy, REDIRECTED. "
        "Lookups and requests are read.",
        "policy",
        (("client2", SAME, "/"), ("client2", OTHER, "/"), ("client", OTHER, "/")),
        True,
    ),
    Step(
        "Denied path",
        "/foo is 403: the proxy answers by itself, and the request is DROPPED.",
        "policy",
        (("client2", SAME, "/foo"), ("client2", OTHER, "/foo")),
        True,
    ),
    Step(
        "Proxy configuration",
        "Each service is served by both backends, and /foo is rewritten to /: 200. /bar is still "
        "403, from a second hop that holds the policy.",
        "balance",
        (("client2", OTHER, "/foo"), ("client2", OTHER, "/bar")),
        True,
    ),
    Step(
        "The balance",
        "Several requests to one service. Of each connection, from-endpoint goes to the service, "
        "from-proxy to the backend that was chosen.",
        "balance",
        (("client2", OTHER, "/"),) * 8,
    ),
)
"""All steps but the first, which is to watch, in that order."""
