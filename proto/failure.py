"""What went wrong with a server, in one line that names it and says what to try."""

import re

import grpc

from proto.escape import escape


class TransportError(Exception):
    """A server cannot be reached, refuses, or answers badly. The text is one line."""


class NotOffered(TransportError):
    """A server that does not know the call: no relay of ours, or an older one."""


REASONS: tuple[tuple[str, str], ...] = (
    (r"connection refused", "connection refused; is a relay running there? (palomar relay)"),
    (r"no such file or directory", "no such socket; is a relay listening there?"),
    (r"hostname lookup error|name resolution|domain name not found", "no such host"),
    (r"wrong_version_number", "it does not speak TLS; try without TLS"),
    (r"certificate has expired", "its certificate has expired"),
    (r"certificate_verify_failed", "its certificate is not trusted; give its CA file"),
    (r"hostname verification", "its certificate is for another name; give the TLS server name"),
    (r"security handshaker", "the certificates given cannot be used"),
    (
        r"all addresses.*(socket closed|reset by peer)",
        "it hung up; does it want TLS, or a client certificate?",
    ),
    (r"socket closed|reset by peer|stream removed|cancelling all calls", "it hung up"),
    (r"timeout|timed out|fd shutdown", "no answer in time; is the address right?"),
)
"""What the details of an unreachable server mean: a pattern, the words for it; the first counts."""

HINTS: dict[grpc.StatusCode, str] = {
    grpc.StatusCode.DEADLINE_EXCEEDED: "did not answer in time",
    grpc.StatusCode.UNIMPLEMENTED: "does not offer this call; is it a relay, and not an older one?",
    grpc.StatusCode.UNAUTHENTICATED: "wants to know who asks; give password or client certificate",
    grpc.StatusCode.PERMISSION_DENIED: "does not allow this",
    grpc.StatusCode.CANCELLED: "broke the call off",
}
"""What a status code says about the server, where its name alone says too little."""


def explain(error: grpc.RpcError, server: object = "the server") -> str:
    """Say in one line what went wrong with `server`, and what to try."""
    code, details = status_code(error), _details(error)
    if code is grpc.StatusCode.UNAVAILABLE:
        return f"cannot reach {server}: {reason(error)}"
    said = HINTS.get(code) or f"answered {code.name}"
    return f"{server} {said}" + (f": {details}" if details else "")


def failed(error: grpc.RpcError, server: object) -> TransportError:
    """Make the error that tells of a call to `server` that went wrong."""
    unknown = status_code(error) is grpc.StatusCode.UNIMPLEMENTED
    return (NotOffered if unknown else TransportError)(explain(error, server))


def status_code(error: grpc.RpcError) -> grpc.StatusCode:
    """Give the status code of an error, UNKNOWN where it has none."""
    code = error.code() if isinstance(error, grpc.Call | grpc.aio.AioRpcError) else None
    return code if isinstance(code, grpc.StatusCode) else grpc.StatusCode.UNKNOWN


def _details(error: grpc.RpcError) -> str:
    text = error.details() if isinstance(error, grpc.Call | grpc.aio.AioRpcError) else str(error)
    return escape(" ".join((text or "").split()))


def reason(error: grpc.RpcError) -> str:
    """Say why a server is not reached any more."""
    return in_words(_details(error))


def in_words(details: str) -> str:
    """Say in our words what the details of a failed connection mean, or else in their own."""
    found = (words for pattern, words in REASONS if re.search(pattern, details, re.IGNORECASE))
    return next(found, "") or details.rpartition("last error: ")[2] or "no connection"
