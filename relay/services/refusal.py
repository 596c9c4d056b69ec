"""How a call ends that cannot be served: the status for each failure, and a line that says why."""

from typing import TypeAlias

import grpc
import grpc.aio

from proto.filters import InvalidFilter
from proto.selection import InvalidSelection
from relay.errors import Busy, InvalidBatch, OutOfOrder, StoreError

Context: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"
"""The context of a call whose messages are bytes."""

CODES: tuple[tuple[type[Exception], grpc.StatusCode], ...] = (
    (InvalidFilter, grpc.StatusCode.INVALID_ARGUMENT),
    (InvalidSelection, grpc.StatusCode.INVALID_ARGUMENT),
    (InvalidBatch, grpc.StatusCode.INVALID_ARGUMENT),
    (OutOfOrder, grpc.StatusCode.FAILED_PRECONDITION),
    (Busy, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (StoreError, grpc.StatusCode.UNAVAILABLE),
)
"""The status for each failure; any other is INTERNAL."""


class Refused(Exception):
    """Ends a call with a status."""

    def __init__(self, code: grpc.StatusCode, why: str) -> None:
        super().__init__(why)
        self.code = code


class Misbehaved(Refused):
    """A client said what makes no sense."""

    def __init__(self, why: str) -> None:
        super().__init__(grpc.StatusCode.INVALID_ARGUMENT, why)


class TooMany(Refused):
    """A limit is reached."""

    def __init__(self, why: str) -> None:
        super().__init__(grpc.StatusCode.RESOURCE_EXHAUSTED, why)


class Stopping(Refused):
    """The relay shuts down; clients are to come back later."""

    def __init__(self) -> None:
        super().__init__(grpc.StatusCode.UNAVAILABLE, "the relay is shutting down")


def refusal(error: Exception) -> Refused:
    """Choose the status for a failure."""
    if isinstance(error, Refused):
        return error
    codes = (code for kind, code in CODES if isinstance(error, kind))
    code = next(codes, grpc.StatusCode.INTERNAL)
    return Refused(code, str(error) or type(error).__name__)
